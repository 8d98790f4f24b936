import type { PovertyCauses } from '@fupin/contracts';
import { formatYuan } from '@fupin/domain';
import type { Event, EventCase } from '../household/decider/basis.js';
import * as zh from './labels.js';
import { dayZh } from './paper.js';

type ValueOf<C extends EventCase> = Extract<Event, { case: C }>['value'];
/** What happened, and the particulars that a paper says of it. Never who: persons have numbers of their own there. */
type Words<C extends EventCase> = readonly [title: string, of: (value: ValueOf<C>, who: Who) => string];
/** How a person is named in the particulars. */
export type Who = (personId: string) => string;

const { word } = zh;
const procedure = ({ procedure }: { procedure: number }) => word(zh.PROCEDURE_ZH, procedure);
const passed = (value: boolean) => (value ? '通过' : '未通过');
const nothing = () => '';

const WORDS: { readonly [C in EventCase]: Words<C> } = {
  applicationFiled: ['申请', (value) => word(zh.ENTRY_KIND_ZH, value.entryKind)],
  democraticReviewHeld: [
    '民主评议',
    (value) =>
      `${procedure(value)}；到会${value.participants}人，同意${value.votesFor}票，反对${value.votesAgainst}票，${passed(value.approved)}`,
  ],
  verificationCompleted: ['核实', (value) => `${procedure(value)}；${value.confirmed ? '属实' : '不属实'}`],
  dataComparisonCompleted: [
    '数据比对',
    (value) =>
      `${procedure(value)}；${value.hits.length > 0 ? `发现${value.hits.map((hit) => word(zh.HIT_ZH, hit)).join('、')}` : '未发现问题'}，${passed(value.passed)}`,
  ],
  publicNoticePosted: [
    '公示',
    (value) => `${procedure(value)}；${word(zh.NOTICE_LEVEL_ZH, value.level)}，${value.days}天`,
  ],
  objectionRaised: ['收到异议', procedure],
  objectionResolved: ['异议处理', (value) => `${procedure(value)}；异议${value.upheld ? '成立' : '不成立'}`],
  townshipReviewCompleted: ['乡镇审核', (value) => `${procedure(value)}；${passed(value.approved)}`],
  countyReviewCompleted: ['县级复审', (value) => `${procedure(value)}；${passed(value.approved)}`],
  announcementPublished: ['公告', procedure],
  procedureTurnedDown: ['程序终止', (value) => `${procedure(value)}；${word(zh.TURN_DOWN_ZH, value.reason)}`],
  householdRegistered: [
    '建档立卡',
    (value) =>
      `${word(zh.ENTRY_KIND_ZH, value.entryKind)}，${word(zh.HOUSEHOLD_KIND_ZH, value.householdKind)}，${value.members.length}人${value.historySource ? '（由原登记簿转入）' : ''}`,
  ],
  povertyCausesRecorded: ['致贫原因', ({ causes }) => causesZh(causes)],
  incomeSurveyed: [
    '收入调查',
    (value) =>
      `${value.year}年，纯收入${formatYuan(value.netIncomeFen)}元，人均${formatYuan(value.perCapitaNetIncomeFen)}元`,
  ],
  guaranteesAssessed: [
    '保障评估',
    ({ findings }) =>
      findings
        .map(({ guarantee, holds }) => `${word(zh.GUARANTEE_ZH, guarantee)}${holds ? '达标' : '未达标'}`)
        .join('，'),
  ],
  livingConditionsRecorded: ['居住条件', nothing],
  exitPlanned: [
    '拟退出',
    ({ year, paths }) =>
      `${year}年${paths.length > 0 ? `，${paths.map((path) => word(zh.EXIT_PATH_ZH, path)).join('、')}` : ''}`,
  ],
  acknowledgementSigned: ['农户认可', nothing],
  householdExited: [
    '脱贫',
    (value) =>
      `${value.year}年人均纯收入${formatYuan(value.perCapitaNetIncomeFen)}元，扶贫标准${formatYuan(value.povertyLineFen)}元${value.dibaoContinues ? '，继续享受低保' : ''}`,
  ],
  monitoringVisitRecorded: [
    '跟踪监测',
    (value) => `生产${word(zh.CONDITION_ZH, value.production)}，生活${word(zh.CONDITION_ZH, value.living)}`,
  ],
  relapseReported: ['返贫报告', ({ causes }) => causesZh(causes)],
  householdReturned: ['返贫', ({ persons, causes }) => `${persons}人；${causesZh(causes)}`],
  memberAdded: [
    '自然增加',
    ({ member, reason }, who) => `${who(member?.personId ?? '')}，${word(zh.JOIN_ZH, reason)}`,
  ],
  memberLeft: ['自然减少', ({ personId, reason }, who) => `${who(personId)}，${word(zh.LEAVE_ZH, reason)}`],
  memberChanged: ['成员情况变更', ({ member }, who) => who(member?.personId ?? '')],
  householdKindChanged: ['户属性变更', (value) => word(zh.HOUSEHOLD_KIND_ZH, value.householdKind)],
  householdMoved: ['省内迁移', (value) => `由${value.fromRegion}迁至${value.toRegion}`],
  householdSplit: ['分户', ({ personIds }) => `${personIds.length}人另立一户`],
  householdSplitOff: ['分户立户', ({ members }) => `${members.length}人`],
  householdMerged: ['并户', ({ members }) => `并入${members.length}人`],
  householdMergedAway: ['并入他户', nothing],
  householdExtinguished: ['整户自然减少', nothing],
  removalProposed: ['提出清退', (value) => word(zh.REMOVAL_ZH, value.reason)],
  ineligibleRemoved: ['清退', (value) => word(zh.REMOVAL_ZH, value.reason)],
  exitReversed: ['错退回退', (value) => word(zh.REVERSAL_ZH, value.reason)],
  policyRetained: ['继续享受政策', ({ until }) => `至${dayZh(until)}`],
  policyEnded: ['停止享受政策', nothing],
  eventCorrected: [
    '更正',
    (value) =>
      `第${versionOf(value.correctedEventId)}项，${word(zh.CORRECTION_ZH, value.reason)}；${value.annulled ? '误录作废' : `更正后日期${dayZh(value.correctedOccurredOn)}`}`,
  ],
  personCorrected: [
    '个人信息更正',
    ({ personId, fields, reason }, who) =>
      `${who(personId)}：${fields.map((field) => word(zh.PERSON_FIELD_ZH, field)).join('、')}，${word(zh.CORRECTION_ZH, reason)}`,
  ],
  registerFindingRaised: [
    '疑点',
    ({ aboutEventId }) => `更正后脱贫不达标（第${versionOf(aboutEventId)}项），待核`,
  ],
  registerFindingClosed: [
    '疑点办结',
    ({ findingEventId, outcome }) => `第${versionOf(findingEventId)}项，${word(zh.OUTCOME_ZH, outcome)}`,
  ],
  documentFiled: ['材料归档', ({ kind, datedOn }) => `${word(zh.DOCUMENT_ZH, kind)}（${dayZh(datedOn)}）`],
};

/** An event in words. */
export function wordsOf(event: Event, who: Who): { readonly title: string; readonly particulars: string } {
  const [title, of] = WORDS[event.case] as Words<EventCase>;
  return { title, particulars: of(event.value, who) };
}

/** Causes as papers name them: the main one, then the others. */
export function causesZh(causes: PovertyCauses | undefined): string {
  if (!causes?.main) return '';
  const others = causes.others.map(zh.codeZh).join('、');
  return `${zh.codeZh(causes.main)}${others ? `（其他：${others}）` : ''}`;
}

/** The number of an event within its stream: `<stream id>:<version>`. */
export const versionOf = (eventId: string): number => Number(eventId.slice(eventId.indexOf(':') + 1));
