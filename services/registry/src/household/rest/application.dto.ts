import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  ValidateNested,
} from 'class-validator';
import { IsFreeText, IsVillageCode } from '../../validators.js';
import { ENTRY_KINDS, HOUSEHOLD_KINDS, POVERTY_STANDARDS } from './names.js';
import { CausesDto, AuthorisationDto, PersonDto, Dated } from './parts.dto.js';

/** A household asks to be registered / 贫困户申请 */
export class ApplicationDto extends Dated {
  /** 12-digit village code / 行政村代码 @example "422823101201" */
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

  /** A1 By whose standard / 识别标准 @example national */
  @IsOptional()
  @IsIn(Object.keys(POVERTY_STANDARDS))
  standard?: keyof typeof POVERTY_STANDARDS;

  /** Causes of poverty / 致贫原因 @example {"main": {"code": "01"}, "others": [{"code": "07"}]} */
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  /** Signed inquiry authorisation / 授权承诺 @example {"signedOn": "2016-11-18", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e01"} */
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

  /** A1 By whose standard / 识别标准 @example national */
  @IsOptional()
  @IsIn(Object.keys(POVERTY_STANDARDS))
  standard?: keyof typeof POVERTY_STANDARDS;

  /** Causes of poverty / 致贫原因 @example {"main": {"code": "01"}, "others": [{"code": "07"}]} */
  @ValidateNested()
  @Type(() => CausesDto)
  @IsObject()
  causes!: CausesDto;

  /** Signed inquiry authorisation / 授权承诺 @example {"signedOn": "2016-11-18", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e01"} */
  @ValidateNested()
  @Type(() => AuthorisationDto)
  @IsObject()
  authorisation!: AuthorisationDto;
}
