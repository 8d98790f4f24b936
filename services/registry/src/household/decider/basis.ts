import { EvidenceSource, type Evidence, type InquiryAuthorisation } from '@fupin/contracts';
import { daysBetween, yearOf, type BusinessDate, type RegionCode } from '@fupin/domain';
import type { NewEvent, Refusal } from '@fupin/event-sourcing/decider';
import { closedFrom } from '../../year/closed-years.js';
import type { Basis } from './commands.js';
import type { Event } from './event.js';
import type { HouseholdState } from './state.js';

export type { Event, EventCase } from './event.js';

/** A new event with its date, the rules it rests on, and the mark of late recording (live facts only). */
export function recorded(basis: Basis, event: Event, ...ruleIds: string[]): NewEvent<Event> {
  return { event, occurredOn: basis.occurredOn, ruleIds, backdated: isBackdated(basis) };
}

function isBackdated(basis: Basis): boolean {
  return (
    basis.origin === 'live' && daysBetween(basis.occurredOn, basis.today) > basis.policy.backdatedAfterDays
  );
}

/**
 * Why the business date cannot stand. Never in the future; a past year only under the history scope, except within the
 * days in which late recording is not even marked (a fact of 30 December recorded on 2 January); a status never before
 * the last one; no fact before the household's file begins; none in a closed year without the right to change it.
 */
export function dateRefusals(basis: Basis, state: HouseholdState, kind: 'status' | 'fact'): Refusal[] {
  const { occurredOn, today } = basis;
  const refusals: Refusal[] = [];
  if (occurredOn > today) {
    refusals.push({
      code: 'date-in-future',
      message: `${occurredOn} lies in the future (today is ${today})`,
      messageZh: '日期不能晚于今天',
      field: 'occurredOn',
    });
  }
  if (isBackdated(basis) && yearOf(occurredOn) < yearOf(today)) {
    refusals.push({
      code: 'past-year-needs-history-scope',
      message: `${occurredOn} lies in a past year, which only the history scope may record`,
      messageZh: '补录往年数据需要历史数据权限',
      field: 'occurredOn',
    });
  }
  refusals.push(...closedSinceRefusals(basis, state, occurredOn));
  if (state.status === 'none') return refusals;
  if (kind === 'status' && occurredOn < state.file.lastStatusOn) {
    refusals.push({
      code: 'before-last-status',
      message: `${occurredOn} lies before the household's last step of ${state.file.lastStatusOn}`,
      messageZh: `日期早于上一步骤（${state.file.lastStatusOn}）`,
      ruleId: 'REG-20',
      field: 'occurredOn',
    });
  }
  if (kind === 'fact' && occurredOn < state.file.openedOn) {
    refusals.push({
      code: 'before-file-opened',
      message: `${occurredOn} lies before the household's file was opened on ${state.file.openedOn}`,
      messageZh: `日期早于该户建档日期（${state.file.openedOn}）`,
      field: 'occurredOn',
    });
  }
  return refusals;
}

/**
 * 年度封库: why a fact of this date may not touch the figures of a region. The year or a later one is closed there, and the
 * caller has no right to change it, or has it on the closing's own day: the figures known at the end of that day are the
 * published ones.
 */
export function closedYearRefusals(
  { closedYears, mayChangeClosed, today }: Basis,
  region: RegionCode,
  date: BusinessDate,
  field = 'occurredOn',
): Refusal[] {
  const year = yearOf(date);
  const closed = closedFrom(closedYears, region, year, yearOf(today));
  if (closed === undefined || (mayChangeClosed && closed < today)) return [];
  return [
    {
      code: 'year-closed',
      message: mayChangeClosed
        ? `${year} was closed on ${closed}; it may be changed from the day after`
        : `${year} was closed on ${closed}; only who may change closed years records or corrects facts of it`,
      messageZh: mayChangeClosed
        ? `${year}年度已于${closed}封库，次日起方可变更`
        : `${year}年度已于${closed}封库，变更须有封库数据修改权限`,
      ruleId: 'REG-36',
      field,
    },
  ];
}

/**
 * The same for everything from a date on, wherever the household has lived since: what happened in one year changes the end
 * of all that follow. One reason at most.
 */
export function closedSinceRefusals(
  basis: Basis,
  state: HouseholdState,
  date: BusinessDate,
  field = 'occurredOn',
): Refusal[] {
  const refusals = placesSince(state, date, basis.village).flatMap(({ village, from }) =>
    closedYearRefusals(basis, village, from, field),
  );
  return refusals.slice(0, 1);
}

/** Where a household has lived from a date on, the first village first; `today` is that of today. */
function placesSince(
  state: HouseholdState,
  date: BusinessDate,
  today: RegionCode,
): { readonly village: RegionCode; readonly from: BusinessDate }[] {
  const later: { village: RegionCode; from: BusinessDate }[] = [];
  let village = today;
  for (let entry = state.status === 'none' ? undefined : state.file.log; entry; entry = entry.before) {
    const { event, occurredOn } = entry.fact;
    if (event.case !== 'householdMoved' || occurredOn <= date) continue;
    later.unshift({ village, from: occurredOn });
    village = event.value.fromRegion;
  }
  return [{ village, from: date }, ...later];
}

/** Where a household lived on a day; `today` is its village of today. A move that came later is taken back. */
export function villageOn(state: HouseholdState, date: BusinessDate, today: RegionCode): RegionCode {
  let village = today;
  for (let entry = state.status === 'none' ? undefined : state.file.log; entry; entry = entry.before) {
    const { event, occurredOn } = entry.fact;
    if (event.case === 'householdMoved' && occurredOn > date) village = event.value.fromRegion;
  }
  return village;
}

/** Evidence must name its source, its date (not after the fact's own) and the paper's id. */
export function evidenceRefusals(evidence: Evidence | undefined, basis: Basis, field: string): Refusal[] {
  if (
    !evidence ||
    evidence.source === EvidenceSource.UNSPECIFIED ||
    evidence.datedOn === '' ||
    evidence.documentId === ''
  ) {
    return [
      {
        code: 'evidence-missing',
        message: 'Evidence needs a source, a date and a reference',
        messageZh: '缺少佐证（来源、日期、凭证编号）',
        field,
      },
    ];
  }
  return laterThanFact(evidence.datedOn, basis, `${field}.datedOn`);
}

/** 授权承诺: the signed permission to query the household's assets comes with the application or the relapse report. */
export function authorisationRefusals(
  authorisation: InquiryAuthorisation | undefined,
  basis: Basis,
): Refusal[] {
  if (!authorisation || authorisation.signedOn === '' || authorisation.documentId === '') {
    return [
      {
        code: 'authorisation-missing',
        message: 'The signed inquiry authorisation is missing',
        messageZh: '缺少已签署的授权承诺书',
        ruleId: 'REG-20',
        field: 'authorisation',
      },
    ];
  }
  return laterThanFact(authorisation.signedOn, basis, 'authorisation.signedOn');
}

/** A paper is not dated after the fact that it proves. */
export function laterThanFact(date: string, basis: Basis, field: string): Refusal[] {
  if (date <= basis.occurredOn) return [];
  return [
    {
      code: 'paper-later-than-fact',
      message: `The paper of ${date} is later than the fact of ${basis.occurredOn}`,
      messageZh: '佐证日期晚于事实日期',
      field,
    },
  ];
}

/** The household is not in the status the command needs. */
export function wrongStatus(state: HouseholdState, wanted: string, ruleId: string): Refusal {
  return {
    code: 'wrong-status',
    message: `The household is ${state.status}; this needs a household that is ${wanted}`,
    messageZh: '该户当前状态不允许此操作',
    ruleId,
  };
}
