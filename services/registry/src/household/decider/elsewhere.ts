import type { BusinessDate } from '@fupin/domain';
import type { Refusal } from '@fupin/event-sourcing/decider';
import type { KnownElsewhere } from './commands.js';

/**
 * One person is counted once on every date: whoever belonged to another household is a member here from the day they left
 * it at the earliest. When that was is not said, for it is another household's affair. `fieldOf` names the member's field.
 * Asked last, as the store asks for claims: whoever has a number and makes a mistake beside it learns nothing here.
 */
export function memberElsewhereRefusals(
  elsewhere: readonly KnownElsewhere[] = [],
  occurredOn: BusinessDate,
  fieldOf: (member: number) => string,
): Refusal[] {
  return elsewhere.flatMap(({ member, leftOn }): Refusal[] => {
    if (leftOn === undefined) {
      return [
        {
          code: 'person-already-registered',
          message: 'This person belongs to another household of the register',
          messageZh: '该人员已在其他户登记',
          field: fieldOf(member),
        },
      ];
    }
    if (leftOn <= occurredOn) return [];
    return [
      {
        code: 'before-departure',
        message: `This person left another household of the register only after ${occurredOn}`,
        messageZh: '日期早于该人员离开原户的日期',
        field: 'occurredOn',
      },
    ];
  });
}
