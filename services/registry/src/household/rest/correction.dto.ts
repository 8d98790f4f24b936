import { OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsUUID,
  Matches,
  ValidateNested,
} from 'class-validator';
import { IsDay, IsFreeText } from '../../validators.js';
import { RelationDto } from './changes.dto.js';
import {
  GuaranteeAssessmentDto,
  IncomeSurveyDto,
  LivingConditionsDto,
  MonitoringVisitDto,
} from './facts.dto.js';
import { CORRECTION_REASONS, ENTRY_KINDS, HOUSEHOLD_KINDS, JOIN_REASONS, LEAVE_REASONS } from './names.js';
import { CausesDto, Dated, PersonDto } from './parts.dto.js';

/** Id of an event as lists of events show it. */
export const EVENT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[1-9]\d{0,8}$/;

const MAX_NOTE = 2000;

export class RightIncomeSurveyDto extends OmitType(IncomeSurveyDto, ['occurredOn']) {}
export class RightGuaranteesDto extends OmitType(GuaranteeAssessmentDto, ['occurredOn']) {}
export class RightLivingConditionsDto extends OmitType(LivingConditionsDto, ['occurredOn']) {}
export class RightMonitoringVisitDto extends OmitType(MonitoringVisitDto, ['occurredOn']) {}

/** All that events say of a member; what is left out is not known. Who it is stays. / 成员情况（完整） */
export class RightMemberDto extends OmitType(PersonDto, ['name', 'idNumber', 'phone', 'bankAccount']) {
  /** The member / 成员编号 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44" */
  @IsUUID()
  personId!: string;
}

/** 建档信息（完整） */
export class RightRegistrationDto {
  /** 纳入方式 @example missed */
  @IsIn(Object.keys(ENTRY_KINDS))
  entryKind!: keyof typeof ENTRY_KINDS;

  /** 户属性 @example ordinary */
  @IsIn(Object.keys(HOUSEHOLD_KINDS))
  householdKind!: keyof typeof HOUSEHOLD_KINDS;

  /** Causes of poverty / 致贫原因 @example {"main": {"code": "01"}, "others": [{"code": "07"}]} */
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  /** The same persons, with what is right about them / 家庭成员 */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => RightMemberDto)
  members!: RightMemberDto[];
}

/** 自然增加（完整） */
export class RightMemberAdditionDto {
  /** 原因 @example birth */
  @IsIn(Object.keys(JOIN_REASONS))
  reason!: keyof typeof JOIN_REASONS;

  /** 成员情况 */
  @ValidateNested()
  @Type(() => RightMemberDto)
  @IsObject()
  member!: RightMemberDto;

  /** Birth only: one or two parents among the members / 父母 @example ["0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e44"] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @IsUUID(undefined, { each: true })
  parentPersonIds?: string[];
}

/** 自然减少（完整） */
export class RightMemberDepartureDto {
  /** 原因 @example marriage */
  @IsIn(Object.keys(LEAVE_REASONS))
  reason!: keyof typeof LEAVE_REASONS;

  /** When the head left: everybody's relation to the new head / 其余成员与新户主关系 @example [] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => RelationDto)
  relations?: RelationDto[];
}

/** 更正: the right date, or one right fact that is complete and of the event's own kind, or both; or that it never happened */
export class CorrectionDto extends Dated {
  /** The mistaken event, never a correction / 被更正事件 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:12" */
  @Matches(EVENT_ID, { message: 'eventId must be the id of an event: the household and its version' })
  eventId!: string;

  /** typingError 录入错误, copyingError 抄录错误, sourceError 原始材料有误 / 更正原因 @example typingError */
  @IsIn(Object.keys(CORRECTION_REASONS))
  reason!: keyof typeof CORRECTION_REASONS;

  /** What was wrong and how it is known; kept in the vault / 更正说明 @example "工资性收入多录一位" */
  @IsFreeText(MAX_NOTE)
  note!: string;

  /** Right business date of the event; the one it has when left out / 正确业务日期 @example "2016-11-02" */
  @IsOptional()
  @IsDay()
  rightOccurredOn?: string;

  /** 误录作废: it never happened and is struck out; alone, without a right date or fact. A later correction puts it back @example true */
  @IsOptional()
  @IsIn([true])
  annulled?: true;

  /** 收入调查 @example {"year": 2016, "wage": "12000.00", "business": "4500.00", "transfer": "1800.50", "property": "0.00", "businessCost": "1200.00", "evidence": {"source": "householdVisit", "datedOn": "2016-11-01", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"}} */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightIncomeSurveyDto)
  @IsObject()
  incomeSurvey?: RightIncomeSurveyDto;

  /** 两不愁三保障 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightGuaranteesDto)
  @IsObject()
  guarantees?: RightGuaranteesDto;

  /** 居住条件 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightLivingConditionsDto)
  @IsObject()
  livingConditions?: RightLivingConditionsDto;

  /** 跟踪监测 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightMonitoringVisitDto)
  @IsObject()
  monitoringVisit?: RightMonitoringVisitDto;

  /** Of recorded causes, or of a return / 致贫原因或返贫原因 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes?: CausesDto;

  /** 建档 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightRegistrationDto)
  @IsObject()
  registration?: RightRegistrationDto;

  /** 自然增加 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightMemberAdditionDto)
  @IsObject()
  memberAddition?: RightMemberAdditionDto;

  /** 自然减少 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightMemberDepartureDto)
  @IsObject()
  memberDeparture?: RightMemberDepartureDto;

  /** 成员情况变更 */
  @IsOptional()
  @ValidateNested()
  @Type(() => RightMemberDto)
  @IsObject()
  member?: RightMemberDto;

  /** 户属性变更 @example dibao */
  @IsOptional()
  @IsIn(Object.keys(HOUSEHOLD_KINDS))
  householdKind?: keyof typeof HOUSEHOLD_KINDS;
}

const COMMON = {
  occurredOn: '2017-03-02',
  eventId: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:12',
  reason: 'typingError',
};
const DOCUMENT = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02';

/** For the document: a correction holds one right fact, so one example of all would be none. */
export const CORRECTION_EXAMPLES = {
  incomeSurvey: {
    summary: 'A survey / 收入调查',
    value: {
      ...COMMON,
      note: '工资性收入多录一位，核对原件后更正',
      incomeSurvey: {
        year: 2016,
        wage: '12000.00',
        business: '4500.00',
        transfer: '1800.50',
        property: '0.00',
        businessCost: '1200.00',
        evidence: { source: 'householdVisit', datedOn: '2016-11-01', documentId: DOCUMENT },
      },
    },
  },
  date: {
    summary: 'Only the date / 仅更正日期',
    value: { ...COMMON, note: '业务日期录错', rightOccurredOn: '2016-11-02' },
  },
  annulment: {
    summary: 'It never happened / 误录作废',
    value: { ...COMMON, note: '死亡登记录到了另一名成员', annulled: true },
  },
  causes: {
    summary: 'Causes / 致贫原因',
    value: {
      ...COMMON,
      reason: 'copyingError',
      note: '登记表为因残，录为因病',
      causes: { main: { code: '02' }, others: [{ code: '07' }] },
    },
  },
};

/** 疑点办结：经核实维持 */
export class FindingClosingDto extends Dated {
  /** Why the exit stands; kept in the vault / 核实情况 @example "经入户核实，人均纯收入达标" */
  @IsFreeText(MAX_NOTE)
  note!: string;
}
