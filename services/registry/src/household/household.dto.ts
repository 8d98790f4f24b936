import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { CodeSystemName } from '@fupin/domain';
import {
  IsCodeOf,
  IsCodeOfEach,
  IsDay,
  IsFreeText,
  IsPersonName,
  IsPersonNumber,
  IsVillageCode,
  IsYuan,
} from '../validators.js';
import {
  COMPARISON_HITS,
  CONDITIONS,
  ENTRY_KINDS,
  EVIDENCE_SOURCES,
  GUARANTEES,
  HOUSEHOLD_KINDS,
  HOUSING_STRUCTURES,
  NOTICE_LEVELS,
} from './names.js';
import { CHAINS, type ProcedureName } from './procedure.js';

const PROCEDURES = Object.keys(CHAINS);

/** A code with the list it belongs to; the register's own list is meant when `system` is left out. */
export class CodeDto {
  /** Code list / 代码表 @example registerCause */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  system?: CodeSystemName;

  /** Code / 代码 @example 01 */
  @IsString()
  @MaxLength(8)
  code!: string;
}

/** One main cause of poverty and up to two others / 致贫原因 */
export class CausesDto {
  /** Main cause / 主要致贫原因 */
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerCause')
  main!: CodeDto;

  /** Other causes / 其他致贫原因 */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @ValidateNested({ each: true })
  @Type(() => CodeDto)
  @IsCodeOfEach('registerCause')
  others?: CodeDto[];
}

/** The signed permission to query the household's assets / 授权承诺 */
export class AuthorisationDto {
  /** Day of signing / 签署日期 @example 2016-01-05 */
  @IsDay()
  signedOn!: string;

  /** Opaque id of the signed paper / 文书编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e01 */
  @IsUUID()
  documentId!: string;
}

/** Where a fact comes from / 佐证 */
export class EvidenceDto {
  /** Kind of source / 来源 @example householdVisit */
  @IsIn(Object.keys(EVIDENCE_SOURCES))
  source!: keyof typeof EVIDENCE_SOURCES;

  /** Date of the paper or visit / 日期 @example 2016-11-20 */
  @IsDay()
  datedOn!: string;

  /** Opaque id of the paper / 凭证编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02 */
  @IsUUID()
  documentId!: string;
}

/** A person of the household / 家庭成员 */
export class PersonDto {
  /** Name, kept exactly / 姓名 @example 向春梅 */
  @IsPersonName()
  name!: string;

  /** ID number (18) or disability card number (20) / 身份证号或残疾证号 @example 422823197003070021 */
  @IsPersonNumber()
  idNumber!: string;

  /** Phone / 联系电话 @example 13971234567 */
  @IsOptional()
  @Matches(/^\+?[0-9][0-9 -]{4,19}$/, { message: 'phone must be a phone number' })
  phone?: string;

  /** Account for subsidies / 银行账号 @example 6217002870012345678 */
  @IsOptional()
  @Matches(/^[0-9]{8,30}$/, { message: 'bankAccount must be a bank account number' })
  bankAccount?: string;

  /** Relation to the head; 01 is the head / 与户主关系 */
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerRelation')
  relation!: CodeDto;

  /** Ethnic group / 民族 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerEthnicity', 'gb3304')
  ethnicity?: CodeDto;

  /** Education / 文化程度 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerEducation', 'gbt4658')
  education?: CodeDto;

  /** In school / 在校生状况 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerSchooling')
  schooling?: CodeDto;

  /** Health / 健康状况 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerHealth')
  health?: CodeDto;

  /** Ability to work / 劳动能力 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerWorkAbility')
  workAbility?: CodeDto;

  /** Work place / 务工地点 */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerWorkplace')
  workplace?: CodeDto;

  /** Months worked away in the year / 务工时间（月） @example 8 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(12)
  monthsWorked?: number;

  /** Receives dibao / 享受低保 */
  @IsOptional()
  @IsBoolean()
  dibao?: boolean;

  /** Medical insurance / 参加医疗保险 */
  @IsOptional()
  @IsBoolean()
  medicalInsurance?: boolean;

  /** Pension insurance / 参加养老保险 */
  @IsOptional()
  @IsBoolean()
  pension?: boolean;
}

/** What every command says: the business date of the fact. */
export class Dated {
  /** Business date, Asia/Shanghai / 业务日期 @example 2016-11-20 */
  @IsDay()
  occurredOn!: string;
}

/** A household asks to be registered / 贫困户申请 */
export class ApplicationDto extends Dated {
  /** 12-digit village code / 行政村代码 @example 422823101201 */
  @IsVillageCode()
  villageCode!: string;

  /** How it enters; the kinds stay apart for ever / 纳入方式 @example identified */
  @IsIn(Object.keys(ENTRY_KINDS))
  entryKind!: keyof typeof ENTRY_KINDS;

  /** 户属性 @example ordinary */
  @IsIn(Object.keys(HOUSEHOLD_KINDS))
  householdKind!: keyof typeof HOUSEHOLD_KINDS;

  /** Address below the village, for the vault only / 村以下住址 @example 三组12号 */
  @IsOptional()
  @IsFreeText(200)
  address?: string;

  /** All persons, exactly one of them the head / 家庭成员 */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => PersonDto)
  members!: PersonDto[];

  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  @ValidateNested()
  @Type(() => AuthorisationDto)
  @IsObject()
  authorisation!: AuthorisationDto;
}

/** A household that was turned down asks again; its members are known / 再次申请 */
export class ReapplicationDto extends Dated {
  /** 纳入方式 @example missed */
  @IsIn(Object.keys(ENTRY_KINDS))
  entryKind!: keyof typeof ENTRY_KINDS;

  /** 户属性 @example ordinary */
  @IsIn(Object.keys(HOUSEHOLD_KINDS))
  householdKind!: keyof typeof HOUSEHOLD_KINDS;

  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  @ValidateNested()
  @Type(() => AuthorisationDto)
  @IsObject()
  authorisation!: AuthorisationDto;
}

/** A step says which procedure it belongs to, so that none is taken by mistake. */
export class StepDto extends Dated {
  /** 识别 / 退出 / 返贫再识别 @example exit */
  @IsIn(PROCEDURES)
  procedure!: ProcedureName;
}

/** 民主评议 */
export class DemocraticReviewDto extends StepDto {
  /** People present / 参会人数 @example 35 */
  @IsInt()
  @Min(1)
  @Max(100_000)
  participants!: number;

  /** 同意票 @example 31 */
  @IsInt()
  @Min(0)
  @Max(100_000)
  votesFor!: number;

  /** 反对票 @example 2 */
  @IsInt()
  @Min(0)
  @Max(100_000)
  votesAgainst!: number;
}

/** 村“两委”和驻村工作队核实 */
export class VerificationDto extends StepDto {
  /** 核实通过 @example true */
  @IsBoolean()
  confirmed!: boolean;

  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 数据比对 */
export class DataComparisonDto extends StepDto {
  /** What the sectors' data showed; empty when nothing speaks against it / 比对命中项 */
  @IsArray()
  @ArrayMaxSize(10)
  @IsIn(Object.keys(COMPARISON_HITS), { each: true })
  hits!: (keyof typeof COMPARISON_HITS)[];
}

/** 公示 */
export class PublicNoticeDto extends StepDto {
  /** 村级或乡镇 @example village */
  @IsIn(Object.keys(NOTICE_LEVELS))
  level!: keyof typeof NOTICE_LEVELS;

  /** Days it stays up; the rule set's number when left out, never fewer / 公示天数 @example 7 */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  days?: number;
}

/** 异议 */
export class ObjectionDto extends StepDto {
  /** What is objected; kept in the vault only / 异议内容 */
  @IsFreeText(4000)
  text!: string;
}

/** 异议处理 */
export class ResolutionDto extends StepDto {
  /** An upheld objection ends the procedure / 异议成立 @example false */
  @IsBoolean()
  upheld!: boolean;

  /** What was found; kept in the vault only / 处理说明 */
  @IsOptional()
  @IsFreeText(4000)
  text?: string;
}

/** 乡镇审核、县级复审 */
export class ReviewDto extends StepDto {
  /** 通过 @example true */
  @IsBoolean()
  approved!: boolean;
}

/** 公告 */
export class AnnouncementDto extends StepDto {}

/** 拟退出 */
export class ExitPlanDto extends Dated {
  /** 计划退出年度 @example 2016 */
  @IsInt()
  @Min(2000)
  @Max(2999)
  year!: number;
}

/** 农户认可 */
export class AcknowledgementDto extends Dated {
  /** Opaque id of the signed paper / 签字文书编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e03 */
  @IsUUID()
  documentId!: string;
}

/** 致贫原因 */
export class PovertyCausesDto extends Dated {
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;
}

/** Form fields A17a–d and A18 in yuan; A19 and A20 are reckoned here / 收入调查 */
export class IncomeSurveyDto extends Dated {
  /** Year the income is about: that of the business date or the one before / 年度 @example 2016 */
  @IsInt()
  @Min(2000)
  @Max(2999)
  year!: number;

  /** A17a 工资性收入（元） @example 12000.00 */
  @IsYuan()
  wage!: string;

  /** A17b 生产经营性收入（元） @example 4500.00 */
  @IsYuan()
  business!: string;

  /** A17c 转移性收入（元） @example 1800.50 */
  @IsYuan()
  transfer!: string;

  /** A17d 财产性收入（元） @example 0.00 */
  @IsYuan()
  property!: string;

  /** A18 生产经营性支出（元） @example 1200.00 */
  @IsYuan()
  businessCost!: string;

  /** Persons the survey counted; must be the household's number / 调查人数 @example 3 */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(50)
  persons?: number;

  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** One of 两不愁三保障, or safe water */
export class FindingDto {
  /** 保障事项 @example food */
  @IsIn(Object.keys(GUARANTEES))
  guarantee!: keyof typeof GUARANTEES;

  /** 是否达标 @example true */
  @IsBoolean()
  holds!: boolean;

  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 两不愁三保障和饮水安全评估 */
export class GuaranteeAssessmentDto extends Dated {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(6)
  @ValidateNested({ each: true })
  @Type(() => FindingDto)
  findings!: FindingDto[];
}

/** Form fields A21–A23, A35, A37 / 居住条件 */
export class LivingConditionsDto extends Dated {
  /** A21 in square metres, at most two decimals; "0" without a house / 住房面积 @example 96.50 */
  @Matches(/^\d{1,5}(\.\d{1,2})?$/, { message: 'housingArea must be a decimal string of square metres' })
  housingArea!: string;

  /** A22, left out without a house / 住房结构 @example brickTimber */
  @IsOptional()
  @IsIn(Object.keys(HOUSING_STRUCTURES))
  structure?: keyof typeof HOUSING_STRUCTURES;

  /** A23, left out without a house / 建造年份 @example 1998 */
  @IsOptional()
  @IsInt()
  @Min(1800)
  @Max(2999)
  builtYear?: number;

  /** A35 通电 @example true */
  @IsBoolean()
  electricity!: boolean;

  /** A37 通自来水 @example false */
  @IsBoolean()
  tapWater!: boolean;
}

/** 脱贫户跟踪监测 */
export class MonitoringVisitDto extends Dated {
  /** 生产情况 @example stable */
  @IsIn(Object.keys(CONDITIONS))
  production!: keyof typeof CONDITIONS;

  /** 生活情况 @example watch */
  @IsIn(Object.keys(CONDITIONS))
  living!: keyof typeof CONDITIONS;
}

/** 返贫报告 */
export class RelapseReportDto extends Dated {
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  @ValidateNested()
  @Type(() => AuthorisationDto)
  @IsObject()
  authorisation!: AuthorisationDto;
}
