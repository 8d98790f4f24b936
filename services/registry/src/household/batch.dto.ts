import { ApiPropertyOptional, IntersectionType, OmitType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsOptional,
  IsUUID,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import {
  GuaranteeAssessmentDto,
  IncomeSurveyDto,
  MonitoringVisitDto,
  RelapseReportDto,
} from './facts.dto.js';
import { Dated } from './parts.dto.js';
import {
  AcknowledgementDto,
  DataComparisonDto,
  DemocraticReviewDto,
  ExitPlanDto,
  PublicNoticeDto,
  ReviewDto,
  StepDto,
  VerificationDto,
} from './steps.dto.js';

// One step of a village's list: what all households share stands once, what is a household's own in its item.

/** Most households in one batch. */
export const MAX_BATCH = 500;

/** One household of a list */
export class HouseholdItem {
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  @IsUUID()
  householdId!: string;

  /** Version that the decision was based on; any when left out / 依据的版本 @example 9 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  expectedVersion?: number;
}

export class DemocraticReviewItem extends IntersectionType(
  HouseholdItem,
  PickType(DemocraticReviewDto, ['votesFor', 'votesAgainst']),
) {}
export class VerificationItem extends IntersectionType(
  HouseholdItem,
  PickType(VerificationDto, ['confirmed', 'evidence']),
) {}
export class DataComparisonItem extends IntersectionType(
  HouseholdItem,
  PickType(DataComparisonDto, ['hits']),
) {}
export class ReviewItem extends IntersectionType(HouseholdItem, PickType(ReviewDto, ['approved'])) {}
export class AcknowledgementItem extends IntersectionType(
  HouseholdItem,
  PickType(AcknowledgementDto, ['documentId']),
) {}
export class IncomeSurveyItem extends IntersectionType(
  HouseholdItem,
  OmitType(IncomeSurveyDto, ['occurredOn', 'year']),
) {}
export class GuaranteeAssessmentItem extends IntersectionType(
  HouseholdItem,
  PickType(GuaranteeAssessmentDto, ['findings']),
) {}
export class MonitoringVisitItem extends IntersectionType(
  HouseholdItem,
  PickType(MonitoringVisitDto, ['production', 'living']),
) {}

export class RelapseReportItem extends IntersectionType(
  HouseholdItem,
  PickType(RelapseReportDto, ['causes', 'authorisation']),
) {}

/** 民主评议 of a list */
export class DemocraticReviewBatch extends PickType(DemocraticReviewDto, [
  'occurredOn',
  'procedure',
  'participants',
]) {
  @Items(() => DemocraticReviewItem)
  items!: DemocraticReviewItem[];
}

/** 核实 of a list */
export class VerificationBatch extends StepDto {
  @Items(() => VerificationItem)
  items!: VerificationItem[];
}

/** 数据比对 of a list */
export class DataComparisonBatch extends StepDto {
  @Items(() => DataComparisonItem)
  items!: DataComparisonItem[];
}

/** 公示 of a list */
export class PublicNoticeBatch extends PublicNoticeDto {
  @Items(() => HouseholdItem)
  items!: HouseholdItem[];
}

/** 乡镇审核、县级复审 of a list */
export class ReviewBatch extends StepDto {
  @Items(() => ReviewItem)
  items!: ReviewItem[];
}

/** 公告 of a list */
export class AnnouncementBatch extends StepDto {
  @Items(() => HouseholdItem)
  items!: HouseholdItem[];
}

/** 拟退出 of a list */
export class ExitPlanBatch extends ExitPlanDto {
  @Items(() => HouseholdItem)
  items!: HouseholdItem[];
}

/** 农户认可 of a list */
export class AcknowledgementBatch extends Dated {
  @Items(() => AcknowledgementItem)
  items!: AcknowledgementItem[];
}

/** 收入调查 of a list */
export class IncomeSurveyBatch extends PickType(IncomeSurveyDto, ['occurredOn', 'year']) {
  @Items(() => IncomeSurveyItem)
  items!: IncomeSurveyItem[];
}

/** 两不愁三保障评估 of a list */
export class GuaranteeAssessmentBatch extends Dated {
  @Items(() => GuaranteeAssessmentItem)
  items!: GuaranteeAssessmentItem[];
}

/** 跟踪监测 of a list */
export class MonitoringVisitBatch extends Dated {
  @Items(() => MonitoringVisitItem)
  items!: MonitoringVisitItem[];
}

/** 返贫报告 of a list */
export class RelapseReportBatch extends Dated {
  @Items(() => RelapseReportItem)
  items!: RelapseReportItem[];
}

function Items(type: () => new () => object): PropertyDecorator {
  return (target, property) => {
    for (const decorate of [
      IsArray(),
      ArrayMinSize(1),
      ArrayMaxSize(MAX_BATCH),
      ValidateNested({ each: true }),
      Type(type),
    ]) {
      decorate(target, property);
    }
  };
}

/** What became of one household of the list */
export class BatchOutcome {
  /** @example 0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42 */
  householdId!: string;
  /** done, or refused: then `problem` says why / 结果 @example done */
  outcome!: 'done' | 'refused';
  /** Its version now @example 10 */
  version?: number;
  /** Types of the events written @example ["DemocraticReviewHeld"] */
  events?: string[];
  /** The key was seen before: nothing was written now */
  replayed?: boolean;
  /** Why it was refused, as problem+json would say it alone */
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { type: 'urn:fupin:problem:step-out-of-order', status: 409, ruleId: 'REG-20' },
  })
  problem?: Record<string, unknown>;
}

/** What became of a list */
export class BatchAnswer {
  /** @example 48 */
  done!: number;
  /** @example 2 */
  refused!: number;
  /** Position tokens that cover everything written, one for each partition @example ["fupin.registry.household.v1:3:1842"] */
  positions!: string[];
  items!: BatchOutcome[];
}
