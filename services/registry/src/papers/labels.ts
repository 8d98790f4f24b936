// Chinese words for what events say in numbers.
import {
  ComparisonHit,
  Condition,
  CorrectionReason,
  DocumentKind,
  EntryKind,
  EvidenceSource,
  ExitPath,
  ExitReversalReason,
  Fuel,
  Guarantee,
  HouseholdKind,
  HousingStructure,
  JoinReason,
  LeaveReason,
  NoticeLevel,
  PersonField,
  Procedure,
  RegisterFindingOutcome,
  RemovalReason,
  Sex,
  TurnDownReason,
  type CodedValue,
} from '@fupin/contracts';
import { labelOf } from '@fupin/domain';
import { codeView } from '../household/rest/names.js';
import type { ProcedureName } from '../household/decider/procedure.js';
import type { HouseholdStatus } from '../household/decider/state.js';

/** A number without a word (not stated, or of a newer contract) is shown as nothing. */
type Words<E extends number> = Readonly<Partial<Record<E, string>>>;

export const word = <E extends number>(words: Words<E>, value: E | undefined): string =>
  (value === undefined ? undefined : words[value]) ?? '';

export const STATUS_ZH: Readonly<Record<HouseholdStatus, string>> = {
  none: '',
  applicant: '申请中',
  turnedDown: '未通过',
  stillPoor: '未脱贫',
  exited: '已脱贫',
  removed: '已清退',
  extinguished: '整户自然减少',
  mergedAway: '已并入他户',
};
export const PROCEDURE_NAME_ZH: Readonly<Record<ProcedureName, string>> = {
  identification: '贫困户识别',
  exit: '贫困户脱贫退出',
  return: '返贫户再识别',
  removal: '不符合条件户清退',
};
export const PROCEDURE_ZH: Words<Procedure> = {
  [Procedure.IDENTIFICATION]: '识别',
  [Procedure.EXIT]: '退出',
  [Procedure.RETURN]: '返贫再识别',
  [Procedure.REMOVAL]: '清退',
};
export const NOTICE_LEVEL_ZH: Words<NoticeLevel> = {
  [NoticeLevel.VILLAGE]: '村级公示',
  [NoticeLevel.TOWNSHIP]: '乡镇公示',
};
export const ENTRY_KIND_ZH: Words<EntryKind> = {
  [EntryKind.IDENTIFIED]: '初次识别',
  [EntryKind.NEWLY_POOR]: '新致贫',
  [EntryKind.MISSED]: '漏评补录',
  [EntryKind.RELAPSED]: '返贫',
};
export const HOUSEHOLD_KIND_ZH: Words<HouseholdKind> = {
  [HouseholdKind.ORDINARY]: '一般贫困户',
  [HouseholdKind.DIBAO]: '低保贫困户',
  [HouseholdKind.TEKUN]: '特困（五保）户',
};
export const SEX_ZH: Words<Sex> = { [Sex.MALE]: '男', [Sex.FEMALE]: '女' };
export const GUARANTEE_ZH: Words<Guarantee> = {
  [Guarantee.FOOD]: '不愁吃',
  [Guarantee.CLOTHING]: '不愁穿',
  [Guarantee.COMPULSORY_EDUCATION]: '义务教育有保障',
  [Guarantee.BASIC_MEDICAL_CARE]: '基本医疗有保障',
  [Guarantee.SAFE_HOUSING]: '住房安全有保障',
  [Guarantee.SAFE_WATER]: '饮水安全有保障',
};
export const EVIDENCE_ZH: Words<EvidenceSource> = {
  [EvidenceSource.HOUSEHOLD_VISIT]: '入户核查',
  [EvidenceSource.SECTOR_DATA]: '部门数据',
  [EvidenceSource.CERTIFICATE]: '证明材料',
  [EvidenceSource.VILLAGE_RECORD]: '村级记录',
  [EvidenceSource.OLD_REGISTER]: '原登记簿',
};
export const STRUCTURE_ZH: Words<HousingStructure> = {
  [HousingStructure.ADOBE]: '土坯',
  [HousingStructure.BRICK_TIMBER]: '砖木',
  [HousingStructure.BRICK_CONCRETE]: '砖混',
  [HousingStructure.REINFORCED_CONCRETE]: '钢筋混凝土',
  [HousingStructure.OTHER]: '其他',
};
export const FUEL_ZH: Words<Fuel> = {
  [Fuel.FIREWOOD]: '柴草',
  [Fuel.COAL]: '煤炭',
  [Fuel.GAS]: '煤气、液化气、天然气',
  [Fuel.BIOGAS]: '沼气',
  [Fuel.ELECTRICITY]: '电',
  [Fuel.OTHER]: '其他',
};
export const CONDITION_ZH: Words<Condition> = {
  [Condition.STABLE]: '稳定',
  [Condition.WATCH]: '需关注',
  [Condition.AT_RISK]: '有风险',
};
export const HIT_ZH: Words<ComparisonHit> = {
  [ComparisonHit.VEHICLE]: '车辆',
  [ComparisonHit.URBAN_HOUSE]: '商品房',
  [ComparisonHit.COMPANY]: '公司',
  [ComparisonHit.PUBLIC_PAYROLL]: '财政供养人员',
};
export const TURN_DOWN_ZH: Words<TurnDownReason> = {
  [TurnDownReason.REVIEW_REJECTED]: '民主评议未通过',
  [TurnDownReason.NOT_CONFIRMED]: '核实不符',
  [TurnDownReason.DATA_COMPARISON]: '数据比对不符',
  [TurnDownReason.OBJECTION_UPHELD]: '异议成立',
  [TurnDownReason.TOWNSHIP_REJECTED]: '乡镇审核未通过',
  [TurnDownReason.COUNTY_REJECTED]: '县级复审未通过',
};
export const REMOVAL_ZH: Words<RemovalReason> = {
  [RemovalReason.STANDARD_NOT_MET]: '收入或保障不符合标准',
  [RemovalReason.VEHICLE]: '车辆',
  [RemovalReason.URBAN_HOUSE]: '商品房',
  [RemovalReason.COMPANY]: '公司',
  [RemovalReason.PUBLIC_PAYROLL]: '财政供养人员',
  [RemovalReason.FALSE_STATEMENTS]: '弄虚作假',
};
export const REVERSAL_ZH: Words<ExitReversalReason> = {
  [ExitReversalReason.INCOME]: '收入未达标',
  [ExitReversalReason.GUARANTEES]: '“两不愁三保障”未达标',
  [ExitReversalReason.PROCEDURE]: '程序不规范',
};
export const JOIN_ZH: Words<JoinReason> = {
  [JoinReason.BIRTH]: '新生儿',
  [JoinReason.MARRIAGE]: '嫁入',
  [JoinReason.RETURN]: '回归',
  [JoinReason.OTHER]: '其他转入',
};
export const LEAVE_ZH: Words<LeaveReason> = {
  [LeaveReason.DEATH]: '死亡',
  [LeaveReason.MARRIAGE]: '嫁出',
  [LeaveReason.PRISON]: '判刑收监',
  [LeaveReason.EMIGRATION]: '出国定居',
  [LeaveReason.OTHER]: '其他转出',
};
export const EXIT_PATH_ZH: Words<ExitPath> = {
  [ExitPath.PRODUCTION]: '发展生产',
  [ExitPath.RELOCATION]: '易地搬迁',
  [ExitPath.ECOLOGY]: '生态补偿',
  [ExitPath.EDUCATION]: '发展教育',
  [ExitPath.SOCIAL_SECURITY]: '社会保障兜底',
};
export const CORRECTION_ZH: Words<CorrectionReason> = {
  [CorrectionReason.TYPING_ERROR]: '录入错误',
  [CorrectionReason.COPYING_ERROR]: '纸质材料抄录错误',
  [CorrectionReason.SOURCE_ERROR]: '原始材料有误',
};
export const PERSON_FIELD_ZH: Words<PersonField> = {
  [PersonField.NAME]: '姓名',
  [PersonField.ID_NUMBER]: '证件号码',
  [PersonField.PHONE]: '电话',
  [PersonField.BANK_ACCOUNT]: '银行账号',
  [PersonField.ADDRESS]: '住址',
};
export const OUTCOME_ZH: Words<RegisterFindingOutcome> = {
  [RegisterFindingOutcome.EXIT_REVERSED]: '已回退',
  [RegisterFindingOutcome.EXIT_STANDS]: '经核实维持',
  [RegisterFindingOutcome.CORRECTED]: '再次更正后消除',
};
export const DOCUMENT_ZH: Words<DocumentKind> = {
  [DocumentKind.APPLICATION]: '申请书',
  [DocumentKind.AUTHORISATION]: '授权承诺书',
  [DocumentKind.REVIEW_RECORD]: '民主评议记录',
  [DocumentKind.NOTICE_PHOTO]: '公示照片',
  [DocumentKind.VERIFICATION_RECORD]: '核实记录',
  [DocumentKind.ACKNOWLEDGEMENT]: '农户认可书',
  [DocumentKind.INCOME_PROOF]: '收入证明',
  [DocumentKind.CERTIFICATE]: '证件',
  [DocumentKind.HOUSE_PHOTO]: '住房照片',
  [DocumentKind.OTHER]: '其他',
};

/** A code's Chinese label in its own list. */
export function codeZh(value: CodedValue | undefined): string {
  const code = codeView(value);
  return code ? (labelOf(code.system, code.code)?.zh ?? code.code) : '';
}

export const yesNo = (value: boolean): string => (value ? '是' : '否');
