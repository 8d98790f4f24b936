import { create, toJsonString } from '@bufbuild/protobuf';
import { HouseholdEventSchema } from '@fupin/contracts';
import type { RecordedEvent, Refusal } from '@fupin/event-sourcing/decider';
import type { LifeElsewhere } from './commands.js';
import type { Event, EventCase } from './event.js';
import { evolve } from './evolve.js';
import { memberOf } from './membership.js';
import { NO_HOUSEHOLD } from './state.js';

type Fact = RecordedEvent<Event>;

/** 误录作废: entries that can be struck out. Steps and results of procedures, moves and divisions have their own ways back. */
const ANNULLABLE: readonly EventCase[] = [
  'povertyCausesRecorded',
  'incomeSurveyed',
  'guaranteesAssessed',
  'livingConditionsRecorded',
  'monitoringVisitRecorded',
  'memberAdded',
  'memberLeft',
  'memberChanged',
  'householdKindChanged',
];

/** What stands against striking an event out; `without` are the household's events once it is. */
export function annulmentRefusals(wrong: Fact, facts: readonly Fact[], without: readonly Fact[]): Refusal[] {
  const { event } = wrong;
  const field = 'eventId';
  if (event.case === 'householdMoved') {
    return [
      {
        code: 'not-annullable',
        message: 'Events since the move name the new village for ever; record another move to the right one',
        messageZh: '迁移后的各项记录均已载明迁入村，迁移不适用作废；须另行办理迁移至正确的村',
        ruleId: 'REG-20',
        field,
      },
    ];
  }
  if (!ANNULLABLE.includes(event.case)) {
    return [
      {
        code: 'not-annullable',
        message:
          'Only facts and changes of members are annulled; a result goes back by the procedure for that',
        messageZh: '仅事实记录和人员变动可以作废；程序结果须按相应程序处理',
        ruleId: 'REG-20',
        field,
      },
    ];
  }
  if (event.case === 'memberAdded') return laterEntries(event.value.member?.personId ?? '', wrong, facts);
  return event.case === 'memberLeft' ? notBack(event.value.personId, without) : [];
}

/** Who never joined cannot have done anything here: what was entered about the person since comes first. */
function laterEntries(personId: string, { version }: Fact, facts: readonly Fact[]): Refusal[] {
  const later = facts.find(
    (fact) =>
      fact.version > version &&
      (fact.event.case === 'householdMergedAway' || asText(fact.event).includes(`"${personId}"`)),
  );
  if (!later) return [];
  return [
    {
      code: 'person-has-later-entries',
      message: `The person stands in the later event ${later.id}: annul that first, or record a departure`,
      messageZh: `该人员另有后续记录（${later.id}），须先作废后续记录，或办理自然减少`,
      ruleId: 'REG-04',
      field: 'eventId',
    },
  ];
}

/** Who never left is a member; where a later entry names the members without the person, that one is wrong too. */
function notBack(personId: string, without: readonly Fact[]): Refusal[] {
  const after = without.reduce(evolve, NO_HOUSEHOLD);
  if (after.status !== 'none' && memberOf(after.file, personId)) return [];
  return [
    {
      code: 'members-stated-since',
      message: 'The household’s members were stated anew since, without this person',
      messageZh: '此后该户成员已重新登记，其中没有该人员',
      ruleId: 'REG-04',
      field: 'eventId',
    },
  ];
}

const asText = (event: Event): string =>
  toJsonString(HouseholdEventSchema, create(HouseholdEventSchema, { event }));

/** The other household of a transfer; undefined for an event that is none of its halves. */
export function partnerOf(event: Event): string | undefined {
  if (event.case === 'memberAdded') return event.value.fromHouseholdId || undefined;
  return event.case === 'memberLeft' ? event.value.toHouseholdId || undefined : undefined;
}

/**
 * Nobody belongs to two households on one day: who left freely did so before joining elsewhere, and who joined freely had
 * left elsewhere before. `right` is undefined for an event that never happened.
 */
export function elsewhereRefusals(
  elsewhere: LifeElsewhere | undefined,
  wrong: Fact,
  right: Fact | undefined,
): Refusal[] {
  if (!elsewhere || partnerOf(wrong.event)) return [];
  const field = right ? 'rightOccurredOn' : 'eventId';
  if (wrong.event.case === 'memberLeft') {
    const joined = elsewhere.joined.filter((on) => on >= wrong.occurredOn).sort()[0];
    if (joined === undefined || (right && right.occurredOn <= joined)) return [];
    return [
      {
        code: 'joined-elsewhere',
        message: 'The person has joined another household of the register since',
        messageZh: '该人员此后已转入其他户，不得同时登记在两户',
        ruleId: 'REG-04',
        field,
      },
    ];
  }
  if (wrong.event.case !== 'memberAdded' || !right) return [];
  const left = elsewhere.left
    .filter((on) => on <= wrong.occurredOn)
    .sort()
    .at(-1);
  if (left === undefined || right.occurredOn >= left) return [];
  return [
    {
      code: 'before-departure',
      message: `This person left another household of the register only after ${right.occurredOn}`,
      messageZh: '日期早于该人员离开原户的日期',
      ruleId: 'REG-04',
      field,
    },
  ];
}
