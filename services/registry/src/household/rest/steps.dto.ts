import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsFreeText } from '../../validators.js';
import { COMPARISON_HITS, EXIT_PATHS, NOTICE_LEVELS } from './names.js';
import { EvidenceDto, Dated } from './parts.dto.js';
import { CHAINS, type ProcedureName } from '../decider/procedure.js';

const PROCEDURES = Object.keys(CHAINS);

/** A step says which procedure it belongs to, so that none is taken by mistake. */
export class StepDto extends Dated {
  /** 识别 / 退出 / 返贫再识别 / 清退 @example exit */
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

  /** Evidence / 佐证 @example {"source": "householdVisit", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 数据比对 */
export class DataComparisonDto extends StepDto {
  /** What the sectors' data showed; empty when nothing speaks against it / 比对命中项 @example [] */
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

  /** 五个一批: by which measures it is to leave poverty; may be named later / 脱贫路径 @example ["production", "education"] */
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(Object.keys(EXIT_PATHS), { each: true })
  paths?: (keyof typeof EXIT_PATHS)[];
}

/** 农户认可 */
export class AcknowledgementDto extends Dated {
  /** Opaque id of the signed paper / 签字文书编号 @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e03 */
  @IsUUID()
  documentId!: string;
}
