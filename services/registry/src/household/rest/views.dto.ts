import { ApiProperty } from '@nestjs/swagger';

// Answers of the queries. Names and masked numbers are the vault's and shown to the own township only.

/** A code with its labels */
export class CodeView {
  /** @example "registerCause" */
  system!: string;
  /** @example "01" */
  code!: string;
  /** @example "因病" */
  zh?: string;
  /** @example "illness" */
  en?: string;
}

/** A member by opaque id / 家庭成员 */
export class MemberView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44" */
  personId!: string;
  /** Name; for the own township only / 姓名（仅本乡镇可见） @example "向春梅" */
  name?: string;
  /** Number, the day of birth hidden; for the own township only / 证件号（部分隐藏，仅本乡镇可见） @example "422823********0021" */
  idNumber?: string;
  /** Member since; left out for those of the beginning / 入户日期 @example "2017-03-02" */
  joinedOn: string | undefined;
  /** 出生年份 @example 1970 */
  birthYear!: number;
  /** 性别 @example "female" */
  sex!: 'male' | 'female';
  /** 与户主关系 @example {"system": "registerRelation", "code": "01", "zh": "本人或户主", "en": "head"} */
  relation: CodeView | undefined;
  /** @example {"system": "registerEthnicity", "code": "07", "zh": "土家族", "en": "Tujia"} */
  ethnicity: CodeView | undefined;
  /** @example {"system": "registerEducation", "code": "03", "zh": "初中", "en": "junior middle school"} */
  education: CodeView | undefined;
  /** @example {"system": "registerSchooling", "code": "01", "zh": "非在校生", "en": "not in school"} */
  schooling: CodeView | undefined;
  /** @example {"system": "registerHealth", "code": "01", "zh": "健康", "en": "healthy"} */
  health: CodeView | undefined;
  /** @example {"system": "registerWorkAbility", "code": "01", "zh": "普通劳动力", "en": "ordinary"} */
  workAbility: CodeView | undefined;
  /** @example {"system": "registerWorkplace", "code": "03", "zh": "县外省内", "en": "in the province"} */
  workplace: CodeView | undefined;
  /** @example 8 */
  monthsWorked!: number;
  dibao!: boolean;
  medicalInsurance!: boolean;
  pension!: boolean;
}

export class CausesView {
  /** @example {"system": "registerCause", "code": "01", "zh": "因病", "en": "illness"} */
  main: CodeView | undefined;
  /** @example [] */
  others!: CodeView[];
}

/** 居住条件 */
export class LivingConditionsView {
  /** @example "2016-11-01" */
  recordedOn!: string;
  /** A21, square metres @example "96.50" */
  housingArea!: string;
  /** A22 @example "brickTimber" */
  structure: string | undefined;
  /** A23 @example 1998 */
  builtYear: number | undefined;
  /** A24 易地搬迁户 */
  relocation!: boolean;
  /** A35 通电 */
  electricity!: boolean;
  /** A36 主要燃料 @example ["firewood", "electricity"] */
  fuels!: string[];
  /** A37 通自来水 */
  tapWater!: boolean;
  /** 距集贸市场（米） @example 4500 */
  distanceToMarketM: number | undefined;
}

/** 收入调查 */
export class SurveyView {
  /** @example 2016 */
  year!: number;
  /** @example "2016-11-01" */
  surveyedOn!: string;
  /** A19, yuan @example "17100.50" */
  netIncome!: string;
  /** @example 3 */
  persons!: number;
  /** A20, yuan @example "5700.17" */
  perCapitaNetIncome!: string;
}

export class EvidenceView {
  /** @example "householdVisit" */
  source: string | undefined;
  /** @example "2016-11-04" */
  datedOn!: string;
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02" */
  documentId!: string;
}

/** The latest finding about one of 两不愁三保障 or safe water */
export class GuaranteeView {
  /** @example "food" */
  guarantee!: string;
  holds!: boolean;
  /** @example "2016-11-05" */
  assessedOn!: string;
  /** @example {"source": "householdVisit", "datedOn": "2016-11-04", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
  evidence: EvidenceView | undefined;
}

/** The procedure that is open / 正在进行的程序 */
export class ProcedureView {
  /** @example "exit" */
  procedure!: string;
  /** @example "villageNotice" */
  lastStep!: string;
  /** @example "announcement" */
  nextStep: string | undefined;
  /** Last day of the notice; the next step may come on the day after / 公示截止日 @example "2016-11-12" */
  noticeUntil: string | undefined;
  /** @example [] */
  openObjections!: string[];
}

/** One of 五个一批 */
export class ExitPathView {
  /** @example "production" */
  code!: string;
  /** @example "发展生产脱贫" */
  zh!: string;
  /** @example "out by production" */
  en!: string;
}

/** What a correction has shown that cannot stand; a person decides what follows / 疑点 */
export class OpenFindingView {
  /** Id of the finding / 疑点编号 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:21" */
  eventId!: string;
  /** exitUnlawful 更正后脱贫不达标 @example "exitUnlawful" */
  kind: string | undefined;
  /** The event in doubt / 存疑事件 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:17" */
  aboutEventId!: string;
  /** The correction that showed it / 引发疑点的更正 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:20" */
  correctionEventId: string | undefined;
  /** What is missing / 未达标项 @example ["income-not-above-line"] */
  missing!: string[];
  /** @example "2017-03-02" */
  raisedOn: string | undefined;
}

/** A correction that was made; of several of one event the last one counts / 更正 */
export class CorrectionView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:20" */
  eventId!: string;
  /** The event put right / 被更正事件 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:12" */
  correctedEventId!: string;
  /** typingError 录入错误, copyingError 抄录错误, sourceError 原始材料有误 @example "typingError" */
  reason: string | undefined;
  /** @example "2017-03-02" */
  correctedOn!: string;
  /** It has struck the event out / 误录作废 @example false */
  annulled!: boolean;
}

/** A person who has been a member / 自然减少人员 */
export class DepartureView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44" */
  personId!: string;
  /** @example "2017-03-02" */
  leftOn!: string;
  /** death, marriage, prison, emigration, other; left out for one who went with a split / 减少原因 @example "marriage" */
  reason: string | undefined;
}

/** A household of the register / 建档立卡户 */
export class HouseholdView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42" */
  id!: string;
  /** @example 17 */
  version!: number;
  /** @example "422823101201" */
  villageCode!: string;
  /** @example "湖北省恩施土家族苗族自治州巴东县东瀼口镇陈家岭村村民委员会" */
  villageName: string | undefined;
  /** applicant 申请中, turnedDown 未通过, stillPoor 未脱贫, exited 脱贫, removed 已清退, extinguished 整户自然减少, mergedAway 并入他户 @example "stillPoor" */
  status!: 'applicant' | 'turnedDown' | 'stillPoor' | 'exited' | 'removed' | 'extinguished' | 'mergedAway';
  /** 户编号 @example "422823101201-00017" */
  householdNo: string | undefined;
  /** 纳入方式 @example "identified" */
  entryKind: string | undefined;
  /** 户属性 @example "ordinary" */
  householdKind: string | undefined;
  /** @example "2016-01-26" */
  registeredOn: string | undefined;
  /** @example "2016-11-13" */
  exitedOn: string | undefined;
  /** @example "2017-05-26" */
  returnedOn: string | undefined;
  /** 拟退出年度 @example 2016 */
  plannedExitYear: number | undefined;
  /** 五个一批 of that plan / 脱贫路径 @example [{"code": "production", "zh": "发展生产脱贫", "en": "out by production"}] */
  plannedExitPaths: ExitPathView[] | undefined;
  /** @example "2020-12-31" */
  policiesRetainedUntil: string | undefined;
  /** retained 脱贫享受政策, ended 脱贫不享受政策 @example "retained" */
  policy: 'retained' | 'ended' | undefined;
  /** @example "2021-01-01" */
  policyEndedOn: string | undefined;
  /** 清退日期 @example "2016-03-14" */
  removedOn: string | undefined;
  dibaoContinues: boolean | undefined;
  /** @example 3 */
  persons!: number;
  members!: MemberView[];
  /** Who has been a member / 自然减少人员 */
  departures!: DepartureView[];
  /** 整户自然减少 or 并入他户 on this day @example "2018-05-20" */
  endedOn: string | undefined;
  /** The household that this one was merged into / 并入户 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e43" */
  mergedInto: string | undefined;
  /** @example {"main": {"system": "registerCause", "code": "01", "zh": "因病", "en": "illness"}, "others": []} */
  causes: CausesView | undefined;
  /** A1 识别标准 @example "national" */
  standard: string | undefined;
  livingConditions: LivingConditionsView | undefined;
  incomeSurveys!: SurveyView[];
  guarantees!: GuaranteeView[];
  procedure: ProcedureView | undefined;
  /** What corrections have shown and nobody has closed yet / 未办结疑点 */
  openFindings!: OpenFindingView[];
  /** 更正 */
  corrections!: CorrectionView[];
}

/** A rule in the words of its document */
export class RuleView {
  /** @example "REG-20" */
  ruleId!: string;
  /** @example "不准违反精准识别和脱贫退出的程序和规定" */
  quote: string | undefined;
  /** @example "000_5259fddd939d13e5.txt" */
  file: string | undefined;
}

/** One event of a household */
export class EventView {
  /** Corrections of this event; it counts as the last of them says / 对本事件的更正 @example [] */
  correctedBy!: string[];
  /** It never happened, says the last correction of it / 已作废 @example false */
  annulled!: boolean;
  /** The event that this one puts right / 本更正所指事件 */
  corrects: string | undefined;
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:17" */
  id!: string;
  /** @example 17 */
  version!: number;
  /** @example "HouseholdExited" */
  type!: string;
  /** @example "2016-11-13" */
  occurredOn!: string;
  /** @example "2016-11-14T01:30:00.000Z" */
  recordedAt!: string;
  /** @example 1842 */
  position!: number;
  /** @example "422823101201" */
  region!: string;
  /** @example "county" */
  actorRole: string | undefined;
  /** @example "6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10" */
  correlationId!: string;
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e41:3" */
  causationId: string | undefined;
  /** @example "live" */
  origin!: 'live' | 'history';
  /** @example false */
  backdated!: boolean;
  /** @example "national-2014@2" */
  ruleSetVersion: string | undefined;
  /** The rules the decision rested on / 依据 @example [{"ruleId": "REG-20", "quote": "不准违反精准识别和脱贫退出的程序和规定"}] */
  rules!: RuleView[];
  /** The fact as Protobuf's JSON / 事实 */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { year: 2016, perCapitaNetIncomeFen: '295201' },
  })
  event!: unknown;
}

export class EventsView {
  items!: EventView[];
}

/** One household of a village's list / 户名册 */
export class VillageHouseholdView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42" */
  householdId!: string;
  /** @example 17 */
  version!: number;
  /** @example "422823101201-00017" */
  householdNo: string | undefined;
  /** Name of the head; for the own township only / 户主姓名 @example "覃守义" */
  headName?: string;
  /** Number of the head, the day of birth hidden; for the own township only / 户主证件号（部分隐藏） @example "422823********0021" */
  headIdNumber?: string;
  /** @example 3 */
  persons!: number;
  /** @example "stillPoor" */
  status!: string;
  /** @example "exit" */
  procedure: string | undefined;
  /** @example "verification" */
  nextStep: string | undefined;
  /** 拟退出年度 @example 2016 */
  plannedExitYear: number | undefined;
  /** 脱贫路径 @example [{"code": "production", "zh": "发展生产脱贫", "en": "out by production"}] */
  plannedExitPaths: ExitPathView[] | undefined;
}

/** An objection that was raised */
export class ObjectionRaisedView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e45" */
  objectionId!: string;
}

/** Something that a household misses, with the rule in the words of its document / 未达标事项 */
export class MissingView {
  /** @example "income-not-above-line" */
  code!: string;
  /** @example "Net income per head of 2016 is 2952.00 yuan; it must be above the poverty line of 2952.00 yuan" */
  message!: string;
  /** @example "2016年家庭人均纯收入2952.00元，未超过扶贫标准2952.00元" */
  messageZh: string | undefined;
  /** @example "perCapitaNetIncome" */
  field: string | undefined;
  /** @example "REG-19" */
  ruleId: string | undefined;
  /** @example "不准脱离现行国家脱贫标准" */
  quote: string | undefined;
}

/** A household beside the exit standard of a day / 脱贫标准对照 */
export class ExitStandardView {
  /** @example "2016-11-20" */
  on!: string;
  /** Nothing that binds is missing / 是否达标 @example false */
  meets!: boolean;
  /** What an exit would be refused for / 未达标事项 */
  missing!: MissingView[];
  /** What the region aims at and the household misses; refuses nothing / 未达到的力争目标 */
  aims!: MissingView[];
  /** A20 of the year, yuan @example "2952.00" */
  perCapitaNetIncome: string | undefined;
  /** Yuan @example "2952.00" */
  povertyLine: string | undefined;
  /** Above the poverty line and below the dibao line / 脱贫后继续享受低保 @example false */
  dibaoContinues!: boolean;
  /** Beside the standard, no condition / 饮水安全 @example true */
  safeWater!: boolean;
  /** Day by which all are to be out in this region / 全部脱贫期限 @example "2020-12-31" */
  exitDeadline: string | undefined;
  /** @example "national-2014@2" */
  ruleSetVersion!: string;
}
