import { labelOf } from '@fupin/domain';
import type { EventCase } from './event.js';
import type { FINDING_KINDS, FINDING_OUTCOMES } from './finding/finding.table.js';
import type { Guarantee, HouseholdStatus } from './household/household.js';
import type { Flow } from './roll-up/history.js';
import { NO_CAUSE } from './roll-up/history.js';
import type { Metric } from './roll-up/metrics.js';

/** What people read, in both languages. */
export interface Label {
  readonly zh: string;
  readonly en: string;
}

export const STATUS_LABELS: Record<HouseholdStatus, Label> = {
  applicant: { zh: '申请中', en: 'applicant' },
  turnedDown: { zh: '未通过', en: 'turned down' },
  stillPoor: { zh: '未脱贫', en: 'still poor' },
  exited: { zh: '已脱贫', en: 'exited' },
  returnedPoor: { zh: '返贫', en: 'returned to poverty' },
  removed: { zh: '已清退', en: 'removed' },
  extinguished: { zh: '已销户', en: 'extinguished' },
  mergedAway: { zh: '已并户', en: 'merged away' },
};

export const FLOW_LABELS: Record<Flow, Label> = {
  identified: { zh: '初次识别', en: 'identified' },
  newlyPoor: { zh: '新致贫', en: 'newly poor' },
  missed: { zh: '漏评补录', en: 'missed, added' },
  splitOff: { zh: '分户', en: 'split off' },
  movedIn: { zh: '迁入', en: 'moved in' },
  movedOut: { zh: '迁出', en: 'moved out' },
  mergedAway: { zh: '并户', en: 'merged away' },
  extinguished: { zh: '整户自然减少', en: 'extinguished' },
  removed: { zh: '清退', en: 'removed' },
  exits: { zh: '脱贫', en: 'exited' },
  returns: { zh: '返贫', en: 'returned' },
  exitReversals: { zh: '错退回退', en: 'exit reversed' },
  membersAdded: { zh: '自然增加', en: 'members added' },
  membersLeft: { zh: '自然减少', en: 'members left' },
};

/** Every figure by its name in the answers. */
export const METRIC_LABELS: Record<Metric | 'registered' | 'poor' | 'entries' | 'policyRetained', Label> = {
  ...FLOW_LABELS,
  entries: { zh: '纳入合计', en: 'entries' },
  policyRetained: { zh: '脱贫享受政策', en: 'exited with policies' },
  registered: { zh: '建档立卡', en: 'registered' },
  poor: { zh: '贫困', en: 'poor' },
  stillPoor: STATUS_LABELS.stillPoor,
  exited: STATUS_LABELS.exited,
  returnedPoor: STATUS_LABELS.returnedPoor,
  policyEnded: { zh: '脱贫不享受政策', en: 'exited without policies' },
  backdated: { zh: '补录步骤', en: 'backdated steps' },
};

export const FINDING_LABELS: Record<(typeof FINDING_KINDS)[number], Label> = {
  exitUnlawful: { zh: '更正后脱贫不达标', en: 'exit no longer meets the standard' },
};

export const OUTCOME_LABELS: Record<(typeof FINDING_OUTCOMES)[number], Label> = {
  exitReversed: { zh: '已回退', en: 'exit reversed' },
  exitStands: { zh: '经核实维持', en: 'exit stands' },
  corrected: { zh: '再次更正后消除', en: 'corrected again' },
};

export const GUARANTEE_LABELS: Record<Guarantee, Label> = {
  food: { zh: '不愁吃', en: 'food' },
  clothing: { zh: '不愁穿', en: 'clothing' },
  compulsoryEducation: { zh: '义务教育', en: 'compulsory education' },
  basicMedicalCare: { zh: '基本医疗', en: 'basic medical care' },
  safeHousing: { zh: '住房安全', en: 'safe housing' },
  safeWater: { zh: '饮水安全', en: 'safe water' },
};

export const EVENT_LABELS: Record<EventCase, Label> = {
  applicationFiled: { zh: '申请', en: 'application filed' },
  democraticReviewHeld: { zh: '民主评议', en: 'democratic review held' },
  verificationCompleted: { zh: '核实', en: 'verification completed' },
  dataComparisonCompleted: { zh: '数据比对', en: 'data comparison completed' },
  publicNoticePosted: { zh: '公示', en: 'public notice posted' },
  objectionRaised: { zh: '异议', en: 'objection raised' },
  objectionResolved: { zh: '异议处理', en: 'objection resolved' },
  townshipReviewCompleted: { zh: '乡镇审核', en: 'township review completed' },
  countyReviewCompleted: { zh: '县级复审', en: 'county review completed' },
  announcementPublished: { zh: '公告', en: 'announcement published' },
  procedureTurnedDown: { zh: '未通过', en: 'procedure turned down' },
  householdRegistered: { zh: '建档立卡', en: 'registered' },
  povertyCausesRecorded: { zh: '致贫原因', en: 'causes recorded' },
  incomeSurveyed: { zh: '收入调查', en: 'income surveyed' },
  guaranteesAssessed: { zh: '两不愁三保障', en: 'guarantees assessed' },
  livingConditionsRecorded: { zh: '居住条件', en: 'living conditions recorded' },
  exitPlanned: { zh: '拟退出', en: 'exit planned' },
  acknowledgementSigned: { zh: '农户认可', en: 'acknowledgement signed' },
  householdExited: { zh: '脱贫', en: 'exited' },
  monitoringVisitRecorded: { zh: '跟踪监测', en: 'monitoring visit' },
  relapseReported: { zh: '返贫报告', en: 'relapse reported' },
  householdReturned: { zh: '返贫', en: 'returned' },
  memberAdded: { zh: '自然增加', en: 'member added' },
  memberLeft: { zh: '自然减少', en: 'member left' },
  memberChanged: { zh: '成员情况变更', en: 'member changed' },
  householdKindChanged: { zh: '户属性变更', en: 'household kind changed' },
  householdMoved: { zh: '省内迁移', en: 'moved' },
  householdSplit: { zh: '分户（原户）', en: 'split' },
  householdSplitOff: { zh: '分户（新立户）', en: 'split off' },
  householdMerged: { zh: '并户（存续户）', en: 'merged' },
  householdMergedAway: { zh: '并户（并入他户）', en: 'merged away' },
  householdExtinguished: { zh: '整户自然减少', en: 'extinguished' },
  removalProposed: { zh: '提出清退', en: 'removal proposed' },
  ineligibleRemoved: { zh: '清退', en: 'removed' },
  exitReversed: { zh: '错退回退', en: 'exit reversed' },
  policyRetained: { zh: '脱贫享受政策', en: 'policies retained' },
  policyEnded: { zh: '脱贫不享受政策', en: 'policies ended' },
  eventCorrected: { zh: '更正', en: 'correction' },
  personCorrected: { zh: '个人信息更正', en: 'person corrected' },
  registerFindingRaised: { zh: '疑点', en: 'finding raised' },
  registerFindingClosed: { zh: '疑点办结', en: 'finding closed' },
  documentFiled: { zh: '材料归档', en: 'document filed' },
};

/** The label of a main cause; `-` is none recorded, an unknown code shows as itself. */
export function causeLabel(code: string): Label {
  if (code === NO_CAUSE) return { zh: '未记录', en: 'not recorded' };
  return labelOf('registerCause', code) ?? { zh: code, en: code };
}
