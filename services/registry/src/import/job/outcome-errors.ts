import type { Refusal } from '@fupin/event-sourcing';
import { COLUMN_KEYS, type ColumnKey } from '@fupin/domain/register-form';
import type { FormHouseholdRead } from '../../form/household.js';
import type { RowError } from '../../form/row-error.js';

// What the register says of a household that is right in itself. Nothing here tells anything about another household.

/** The head's household was imported before with other content. */
export const alreadyRegistered = ({ line }: FormHouseholdRead): RowError[] => [
  {
    line,
    field: 'idNumber',
    code: 'already-registered',
    message:
      'the household of this head is in the register already, with other content; an import does not correct',
    messageZh: '该户主的家庭已在册且内容不同，导入不用于更正',
  },
];

/** A person belongs to one household only. */
export function personElsewhere(line: number, otherLine: number | undefined): RowError {
  return {
    line,
    field: 'idNumber',
    code: 'person-in-another-household',
    message:
      otherLine === undefined
        ? 'this person belongs to another household of the register'
        : `this person belongs to another household of this file already, the one that begins on line ${otherLine}`,
    messageZh:
      otherLine === undefined ? '此人已登记在另一户' : `此人已登记在本文件第${otherLine}行开始的另一户`,
  };
}

export const refusedOtherwise = ({ line }: FormHouseholdRead): RowError[] => [
  {
    line,
    code: 'not-registered',
    message: 'the household could not be registered; import it again',
    messageZh: '该户未能登记，请重新导入',
  },
];

/** Where the fields of the register's refusals stand on the form. */
const FIELDS: Readonly<Record<string, ColumnKey>> = {
  occurredOn: 'registeredOn',
  members: 'relation',
  year: 'incomeYear',
  structure: 'housingStructure',
};

/** The reasons of the rules, each with the column it is about. */
export function ofDecider(reasons: readonly Refusal[], { line }: FormHouseholdRead): RowError[] {
  return reasons.map((reason) => {
    const field =
      reason.field === undefined
        ? undefined
        : (FIELDS[reason.field] ?? COLUMN_KEYS.find((key) => key === reason.field));
    const rule = reason.ruleId === undefined ? '' : ` (${reason.ruleId})`;
    return {
      line,
      ...(field && { field }),
      code: reason.code,
      message: reason.message + rule,
      messageZh: (reason.messageZh ?? reason.message) + rule,
    };
  });
}
