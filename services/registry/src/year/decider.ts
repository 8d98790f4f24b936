import { create } from '@bufbuild/protobuf';
import { YearClosedSchema, type YearEvent } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import { accept, refuse, type Decider, type Decision, type Refusal } from '@fupin/event-sourcing/decider';

type Event = Exclude<YearEvent['event'], { case: undefined }>;

/** 年度封库: closes one year of a region. */
export interface CloseYear {
  readonly type: 'closeYear';
  readonly year: number;
  /** Business date of the closing. */
  readonly occurredOn: BusinessDate;
  /** Today's date, Asia/Shanghai. */
  readonly today: BusinessDate;
  /** Day on which a wider region's closing has closed the year here; undefined while it is open. */
  readonly closedAbove: BusinessDate | undefined;
}

export type YearState =
  { readonly status: 'open' } | { readonly status: 'closed'; readonly knownOn: BusinessDate };

/** One year of one region: open, then closed for ever. */
export const yearDecider: Decider<YearState, CloseYear, Event> = {
  initial: { status: 'open' },
  decide: closeYear,
  evolve: (_state, { event }) => ({ status: 'closed', knownOn: event.value.knownOn }),
};

/**
 * Closes the year. The published figures are those known at the end of the day on which the closing is recorded, whatever
 * date the closing itself bears: what was recorded between the two was never refused and so belongs to them. Refused a
 * second time, before the year's last day, and for a future date.
 */
function closeYear(command: CloseYear, state: YearState): Decision<Event> {
  const { year, occurredOn, today } = command;
  const refusals: Refusal[] = [];
  const before = state.status === 'closed' ? state.knownOn : command.closedAbove;
  if (before !== undefined) {
    refusals.push({
      code: 'year-already-closed',
      message: `${year} was closed on ${before}`,
      messageZh: `${year}年度已于${before}封库`,
      ruleId: 'REG-36',
      field: 'year',
    });
  }
  const lastDay = `${year}-12-31`;
  if (occurredOn < lastDay) {
    refusals.push({
      code: 'year-not-over',
      message: `${year} may be closed from ${lastDay} on`,
      messageZh: `${year}年度尚未结束，${lastDay}起方可封库`,
      ruleId: 'REG-36',
      field: 'year',
    });
  }
  if (occurredOn > today) {
    refusals.push({
      code: 'date-in-future',
      message: `${occurredOn} lies in the future (today is ${today})`,
      messageZh: '日期不能晚于今天',
      field: 'occurredOn',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(YearClosedSchema, { year, knownOn: today });
  return accept({ event: { case: 'yearClosed', value }, occurredOn, ruleIds: ['REG-36'] });
}
