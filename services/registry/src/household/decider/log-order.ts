import { addDays, type BusinessDate } from '@fupin/domain';
import type { RecordedEvent, Refusal } from '@fupin/event-sourcing/decider';
import type { Event, EventCase } from './event.js';

/** Steps and changes of standing keep their order; facts may be recorded later than they happened. */
const KIND = {
  applicationFiled: 'status',
  democraticReviewHeld: 'status',
  verificationCompleted: 'status',
  dataComparisonCompleted: 'status',
  publicNoticePosted: 'status',
  objectionRaised: 'status',
  objectionResolved: 'status',
  townshipReviewCompleted: 'status',
  countyReviewCompleted: 'status',
  announcementPublished: 'status',
  procedureTurnedDown: 'status',
  householdRegistered: 'status',
  povertyCausesRecorded: 'fact',
  incomeSurveyed: 'fact',
  guaranteesAssessed: 'fact',
  livingConditionsRecorded: 'fact',
  exitPlanned: 'status',
  acknowledgementSigned: 'status',
  householdExited: 'status',
  monitoringVisitRecorded: 'fact',
  relapseReported: 'status',
  householdReturned: 'status',
  memberAdded: 'fact',
  memberLeft: 'fact',
  memberChanged: 'fact',
  householdKindChanged: 'fact',
  householdMoved: 'status',
  householdSplit: 'status',
  householdSplitOff: 'status',
  householdMerged: 'status',
  householdMergedAway: 'status',
  householdExtinguished: 'status',
  removalProposed: 'status',
  ineligibleRemoved: 'status',
  exitReversed: 'status',
  policyRetained: 'status',
  policyEnded: 'status',
  eventCorrected: 'fact',
  personCorrected: 'fact',
  registerFindingRaised: 'fact',
  registerFindingClosed: 'fact',
  documentFiled: 'fact',
} as const satisfies Record<EventCase, 'status' | 'fact'>;

/** What an announcement announces. It is dated for itself: where only its own date was wrong, the announcement's may be. */
const RESULTS: readonly EventCase[] = [
  'householdRegistered',
  'householdExited',
  'householdReturned',
  'ineligibleRemoved',
];

/**
 * What is out of order in a household's events, by a key that names the event and the fault: status events dated before
 * the one before them (REG-20), a result dated while the notice runs, facts before the file was opened, visits before the
 * exit, members who leave or change before they came, who come while they are there, or who leave or change while they
 * are not.
 */
export function orderFaults(facts: readonly RecordedEvent<Event>[]): ReadonlyMap<string, Refusal> {
  const walk = new Walk();
  for (const fact of facts) walk.next(fact);
  return walk.faults;
}

class Walk {
  readonly faults = new Map<string, Refusal>();
  private opened: BusinessDate | undefined;
  private last: BusinessDate = '';
  /** The last status date before the announcement that is the last event. */
  private beforeAnnouncement: BusinessDate | undefined;
  private noticeUntil: BusinessDate | undefined;
  private exitedOn: BusinessDate | undefined;
  /** Who is a member. */
  private here = new Set<string>();
  private readonly since = new Map<string, BusinessDate>();
  private readonly changed = new Map<string, BusinessDate>();
  private readonly left = new Map<string, BusinessDate>();

  next(fact: RecordedEvent<Event>): void {
    const { event, occurredOn } = fact;
    this.opened ??= occurredOn;
    if (KIND[event.case] === 'status') this.status(fact);
    else if (occurredOn < this.opened) this.fault(fact, BEFORE_FILE, this.opened);
    if (event.case === 'monitoringVisitRecorded' && this.exitedOn !== undefined && occurredOn < this.exitedOn)
      this.fault(fact, BEFORE_EXIT, this.exitedOn);
    this.persons(fact);
  }

  private status(fact: RecordedEvent<Event>): void {
    const { event, occurredOn } = fact;
    const announced = RESULTS.includes(event.case) ? this.beforeAnnouncement : undefined;
    const floor = announced ?? this.last;
    if (occurredOn < floor) this.fault(fact, OUT_OF_ORDER, floor);
    if (announced !== undefined && this.noticeUntil !== undefined && occurredOn <= this.noticeUntil)
      this.fault(fact, NOTICE_RUNNING, this.noticeUntil);
    if (event.case === 'publicNoticePosted') this.noticeUntil = addDays(occurredOn, event.value.days);
    else if (event.case !== 'announcementPublished' && !event.case.startsWith('objection'))
      this.noticeUntil = undefined;
    this.beforeAnnouncement = event.case === 'announcementPublished' ? this.last : undefined;
    if (event.case === 'householdExited') this.exitedOn = occurredOn;
    this.last = occurredOn;
  }

  private persons({ id, event, occurredOn }: RecordedEvent<Event>): void {
    const fact = { id, occurredOn };
    if ('members' in event.value && event.case !== 'householdMerged' && event.value.members.length > 0)
      this.here = new Set(event.value.members.map(({ personId }) => personId));
    if (event.case === 'memberAdded') this.joins(fact, event.value.member?.personId ?? '');
    else if (event.case === 'householdMerged')
      for (const { personId } of event.value.members) this.joins(fact, personId);
    else if (event.case === 'memberLeft') this.leaves(fact, event.value.personId);
    else if (event.case === 'householdSplit')
      for (const personId of event.value.personIds) this.leaves(fact, personId);
    else if (event.case === 'householdExtinguished') this.ends(fact);
    else if (event.case === 'householdMergedAway') this.mergesAway(fact);
    else if (event.case === 'memberChanged') this.changes(fact, event.value.member?.personId ?? '');
  }

  private ends(fact: Dated): void {
    const last = [...this.left.values()].sort().at(-1);
    if (last !== undefined && fact.occurredOn < last) this.fault(fact, BEFORE_LEFT, last);
  }

  /** Everybody went over on that day: nobody had joined, left or changed here after it. */
  private mergesAway(fact: Dated): void {
    for (const personId of [...this.here]) this.leaves(fact, personId);
    this.ends(fact);
  }

  private changes(fact: Dated, personId: string): void {
    if (!this.here.has(personId)) this.fault(fact, NOT_A_MEMBER, fact.occurredOn);
    const since = this.since.get(personId);
    if (since !== undefined && fact.occurredOn < since) this.fault(fact, BEFORE_JOINED, since);
    if (fact.occurredOn > (this.changed.get(personId) ?? '')) this.changed.set(personId, fact.occurredOn);
  }

  private joins(fact: Dated, personId: string): void {
    const left = this.left.get(personId);
    if (left !== undefined && fact.occurredOn < left) this.fault(fact, BEFORE_LEFT, left);
    if (this.here.has(personId)) this.fault(fact, TWICE_A_MEMBER, fact.occurredOn);
    this.here.add(personId);
    this.since.set(personId, fact.occurredOn);
  }

  private leaves(fact: Dated, personId: string): void {
    if (!this.here.delete(personId)) this.fault(fact, NOT_A_MEMBER, fact.occurredOn);
    const since = this.since.get(personId);
    if (since !== undefined && fact.occurredOn < since) this.fault(fact, BEFORE_JOINED, since);
    const changed = this.changed.get(personId);
    if (changed !== undefined && fact.occurredOn < changed) this.fault(fact, AFTER_LEFT, fact.occurredOn);
    this.left.set(personId, fact.occurredOn);
  }

  private fault({ id, occurredOn }: Dated, [code, en, zh, ruleId]: Fault, limit: BusinessDate): void {
    this.faults.set(`${id} ${code}`, {
      code,
      message: `Event ${id} of ${occurredOn} would then ${en} ${limit}`,
      messageZh: `更正后，${occurredOn}的事件${zh}（${limit}）`,
      ...(ruleId !== undefined && { ruleId }),
      field: 'rightOccurredOn',
    });
  }
}

type Dated = Pick<RecordedEvent<Event>, 'id' | 'occurredOn'>;
type Fault = readonly [code: string, en: string, zh: string, ruleId?: string];

const OUT_OF_ORDER: Fault = [
  'before-last-status',
  'lie before the step before it, of',
  '早于上一步骤',
  'REG-20',
];
const NOTICE_RUNNING: Fault = [
  'notice-still-running',
  'lie within its notice, which runs until',
  '尚在公示期内',
  'REG-20',
];
const BEFORE_FILE: Fault = ['before-file-opened', 'lie before the file was opened on', '早于建档日期'];
const BEFORE_EXIT: Fault = ['before-exit', 'lie before the exit of', '早于脱贫日期', 'REG-07'];
const BEFORE_JOINED: Fault = ['before-member-joined', 'lie before the person joined on', '早于成员加入日期'];
const BEFORE_LEFT: Fault = ['before-member-left', 'lie before the person left on', '早于成员离开日期'];
const AFTER_LEFT: Fault = [
  'member-changed-after-leaving',
  'lie before the last change of the person, after',
  '早于该成员情况变更日期',
];
const TWICE_A_MEMBER: Fault = ['member-twice', 'let a member join once more on', '重复加入', 'REG-04'];
const NOT_A_MEMBER: Fault = [
  'not-a-member',
  'be about a person who was no member then, on',
  '所涉人员当时不是本户成员',
  'REG-04',
];
