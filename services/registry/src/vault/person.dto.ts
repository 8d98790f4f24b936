import { IsPersonNumber } from '../validators.js';

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
