import { PageQuery } from '@fupin/service';
import { IsIn, IsOptional, IsString, IsUUID, Matches, MaxLength, ValidateIf } from 'class-validator';
import { CORRECTION_REASONS } from '../household/rest/names.js';
import { Dated } from '../household/rest/parts.dto.js';
import { IsDay, IsFreeText, IsPersonName, IsPersonNumber } from '../validators.js';
import { AUDIT_ACTIONS, type AuditAction } from './person-audits.js';

/** The number stays in the body: an address would end up in logs. */
export class PersonSearchDto {
  /** ID number (18) or disability card number (20) / 身份证号或残疾证号 @example "422823197003070021" */
  @IsPersonNumber()
  idNumber!: string;
}

/** Where a person belongs */
export class PersonPlaceView {
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  personId!: string;
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e43 */
  householdId!: string;
  /** @example "422823101201" */
  villageCode!: string;
}

/** A person with everything that identifies them */
export class PersonView extends PersonPlaceView {
  /** Whether they are the head / 是否户主 */
  head!: boolean;
  /** 姓名 @example 向春梅 */
  name!: string;
  /** 证件号 @example "422823197003070021" */
  idNumber!: string;
  /** 电话 @example "13971234567" */
  phone?: string | undefined;
  /** 银行账号 @example "6217002870012345678" */
  bankAccount?: string | undefined;
  /** 村以下住址 @example 三组12号 */
  address?: string | undefined;
}

const filled = (field: 'phone' | 'bankAccount' | 'address') => (body: PersonCorrectionDto) =>
  body[field] !== undefined && body[field] !== '';

/** Identifiers that were wrong; what is left out stays. An empty phone, account or address means that there is none. / 个人信息更正 */
export class PersonCorrectionDto extends Dated {
  /** 姓名 @example 向春梅 */
  @IsOptional()
  @IsPersonName()
  name?: string;

  /** 证件号 @example "422823197003070021" */
  @IsOptional()
  @IsPersonNumber()
  idNumber?: string;

  /** 电话 @example "13971234567" */
  @ValidateIf(filled('phone'))
  @Matches(/^\+?[0-9][0-9 -]{4,19}$/, { message: 'phone must be a phone number' })
  phone?: string;

  /** 银行账号 @example "6217002870012345678" */
  @ValidateIf(filled('bankAccount'))
  @Matches(/^[0-9]{8,30}$/, { message: 'bankAccount must be a bank account number' })
  bankAccount?: string;

  /** Of the head only / 村以下住址 @example 三组12号 */
  @ValidateIf(filled('address'))
  @IsFreeText(200)
  address?: string;

  /** 更正原因 @example typingError */
  @IsIn(Object.keys(CORRECTION_REASONS))
  reason!: keyof typeof CORRECTION_REASONS;
}

/** What is left of a person / 销毁记录 */
export class PersonErasureView {
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  personId!: string;
  /** @example "2046-11-14T01:30:00.000Z" */
  erasedAt!: string;
  /** Day on which the person left the register / 离册日期 @example 2016-05-20 */
  leftOn!: string;
  /** Last day of the archive's retention period / 保管期限届满日 @example 2046-05-20 */
  retainedUntil!: string;
}

export class PersonAuditsQuery extends PageQuery {
  /** Opaque id of the person / 人员编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  @IsOptional()
  @IsUUID()
  person?: string;

  /** Who looked / 查询人 @example cadre-17 */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  subject?: string;

  /** 操作 @example resolve */
  @IsOptional()
  @IsIn(AUDIT_ACTIONS)
  action?: AuditAction;

  /** First day, Asia/Shanghai / 起始日期 @example 2018-01-01 */
  @IsOptional()
  @IsDay()
  from?: string;

  /** Last day, Asia/Shanghai / 截止日期 @example 2018-12-31 */
  @IsOptional()
  @IsDay()
  to?: string;
}

/** One look at a person / 查询留痕 */
export class PersonAuditView {
  /** @example 6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10 */
  id!: string;
  /** @example "2018-06-30T01:30:00.000Z" */
  at!: string;
  /** @example cadre-17 */
  subject!: string;
  /** @example county */
  role!: string;
  /** search 检索, resolve 查看, print 打印, documents 查看材料位置, correct 更正, erase 销毁 @example resolve */
  action!: string;
  /** Absent when a search found nobody @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  personId: string | undefined;
  /** The person's village at that time @example "422823101201" */
  region: string | undefined;
  /** 用途 @example 入户核实 */
  purpose: string | undefined;
}
