import { IsIn, IsInt, IsOptional, IsUUID, Matches, Max, Min } from 'class-validator';
import { IsDay, IsFreeText } from '../../validators.js';
import { DOCUMENT_KINDS } from './names.js';
import { Dated } from './parts.dto.js';

/** SHA-256 of a file as hex digits. */
const SHA256 = /^[0-9a-f]{64}$/;
const SHA256_FAULT = { message: 'sha256 must be 64 hex digits in lower case' };
/** `type/subtype` of RFC 6838, without parameters. */
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/** 材料归档 */
export class DocumentDto extends Dated {
  /** Id that evidence refers to; made here when left out / 材料编号 @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02" */
  @IsOptional()
  @IsUUID()
  documentId?: string;

  /** application 申请书, authorisation 授权承诺书, reviewRecord 民主评议记录, noticePhoto 公示照片, verificationRecord 核实记录, acknowledgement 农户认可书, incomeProof 收入证明, certificate 证件, housePhoto 住房照片, other 其他 @example housePhoto */
  @IsIn(Object.keys(DOCUMENT_KINDS))
  kind!: keyof typeof DOCUMENT_KINDS;

  /** SHA-256 of the file, hex / 校验值 @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" */
  @Matches(SHA256, SHA256_FAULT)
  sha256!: string;

  /** Media type / 文件类型 @example "image/jpeg" */
  @Matches(MEDIA_TYPE, { message: 'mediaType must be a media type in lower case, for example image/jpeg' })
  mediaType!: string;

  /** Size of the file in bytes / 文件大小 @example 482113 */
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  sizeBytes!: number;

  /** Date of the paper / 材料日期 @example "2016-11-20" */
  @IsDay()
  datedOn!: string;

  /** Where the file lies in the bureau's storage; kept encrypted, never in an event / 存放位置 @example "nas://fupin/2016/00017/house.jpg" */
  @IsFreeText(500)
  location!: string;
}

/** 核对 */
export class DocumentVerificationDto {
  /** SHA-256 of the file as it is now, hex / 校验值 @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" */
  @Matches(SHA256, SHA256_FAULT)
  sha256!: string;
}

/** A paper that was filed / 归档结果 */
export class DocumentFiledView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02" */
  documentId!: string;
}

/** A paper of a household / 归档材料 */
export class DocumentView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02" */
  documentId!: string;
  /** 材料类别 @example "housePhoto" */
  kind: string | undefined;
  /** @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" */
  sha256!: string;
  /** @example "image/jpeg" */
  mediaType!: string;
  /** @example 482113 */
  sizeBytes!: number;
  /** 材料日期 @example "2016-11-20" */
  datedOn!: string;
  /** 归档日期 @example "2016-11-21" */
  filedOn!: string;
  /** With scope document:read only / 存放位置 @example "nas://fupin/2016/00017/house.jpg" */
  location?: string;
}

export class DocumentsView {
  items!: DocumentView[];
}

/** Whether a file is still the one that was filed / 核对结果 */
export class DocumentVerificationView {
  /** @example "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02" */
  documentId!: string;
  /** 是否一致 @example true */
  matches!: boolean;
  /** Checksum of the file as it was filed @example "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" */
  sha256!: string;
}
