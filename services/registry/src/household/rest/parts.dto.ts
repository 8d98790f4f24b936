import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
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
  AgreesWithNumber,
  IsCodeOf,
  IsCodeOfEach,
  IsDay,
  IsPersonName,
  IsPersonNumber,
} from '../../validators.js';
import { EVIDENCE_SOURCES } from './names.js';

/** A code with the list it belongs to; the register's own list is meant when `system` is left out. */
export class CodeDto {
  /** Code list / 代码表 @example registerCause */
  @IsOptional()
  @IsString()
  @MaxLength(32)
  system?: CodeSystemName;

  /** Code / 代码 @example "01" */
  @IsString()
  @MaxLength(8)
  code!: string;
}

/** One main cause of poverty and up to two others / 致贫原因 */
export class CausesDto {
  /** Main cause / 主要致贫原因 @example {"code": "01"} */
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerCause')
  main!: CodeDto;

  /** Other causes / 其他致贫原因 @example [{"code": "07"}] */
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

  /** ID number (18) or disability card number (20) / 身份证号或残疾证号 @example "422823197003070021" */
  @IsPersonNumber()
  idNumber!: string;

  /** Phone / 联系电话 @example "13971234567" */
  @IsOptional()
  @Matches(/^\+?[0-9][0-9 -]{4,19}$/, { message: 'phone must be a phone number' })
  phone?: string;

  /** Account for subsidies / 银行账号 @example "6217002870012345678" */
  @IsOptional()
  @Matches(/^[0-9]{8,30}$/, { message: 'bankAccount must be a bank account number' })
  bankAccount?: string;

  /** Sex by GB/T 2261.1; must agree with the number / 性别 @example {"code": "2"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('gbt2261_1')
  @AgreesWithNumber()
  sex?: CodeDto;

  /** Relation to the head; 01 is the head, in GB/T 4761 02 / 与户主关系 @example {"code": "01"} */
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerRelation', 'gbt4761')
  relation!: CodeDto;

  /** Ethnic group / 民族 @example {"system": "gb3304", "code": "15"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerEthnicity', 'gb3304')
  ethnicity?: CodeDto;

  /** Education / 文化程度 @example {"code": "03"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerEducation', 'gbt4658')
  education?: CodeDto;

  /** In school / 在校生状况 @example {"code": "01"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerSchooling')
  schooling?: CodeDto;

  /** Health / 健康状况 @example {"code": "01"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerHealth')
  health?: CodeDto;

  /** Ability to work / 劳动能力 @example {"code": "01"} */
  @IsOptional()
  @ValidateNested()
  @Type(() => CodeDto)
  @IsCodeOf('registerWorkAbility')
  workAbility?: CodeDto;

  /** Work place / 务工地点 @example {"code": "03"} */
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
