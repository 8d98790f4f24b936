import { ApiPropertyOptional, IntersectionType, OmitType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
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

// One step of a village's list: what all households share stands once, what is a household's own in its item. A step of a
// procedure may leave `items` out: then it is taken for every household of the village that waits for it, and `each` says what
// an item would have said.

/** Most households named in one list: with their papers they stay below the largest body that is read. */
export const MAX_BATCH = 2000;

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

/** What is alike for each household where `items` is left out */
export class DemocraticReviewEach extends PickType(DemocraticReviewDto, ['votesFor', 'votesAgainst']) {}
export class VerificationEach extends PickType(VerificationDto, ['confirmed', 'evidence']) {}
export class DataComparisonEach extends PickType(DataComparisonDto, ['hits']) {}
export class ReviewEach extends PickType(ReviewDto, ['approved']) {}
export class AcknowledgementEach extends PickType(AcknowledgementDto, ['documentId']) {}

export class DemocraticReviewItem extends IntersectionType(HouseholdItem, DemocraticReviewEach) {}
export class VerificationItem extends IntersectionType(HouseholdItem, VerificationEach) {}
export class DataComparisonItem extends IntersectionType(HouseholdItem, DataComparisonEach) {}
export class ReviewItem extends IntersectionType(HouseholdItem, PickType(ReviewDto, ['approved'])) {}
export class AcknowledgementItem extends IntersectionType(HouseholdItem, AcknowledgementEach) {}
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
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => DemocraticReviewItem)
  items?: DemocraticReviewItem[];

  /** Without items: what holds for each household / 全村统一填写项 */
  @Each(() => DemocraticReviewEach)
  each?: DemocraticReviewEach;
}

/** 核实 of a list */
export class VerificationBatch extends StepDto {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => VerificationItem)
  items?: VerificationItem[];

  /** Without items: what holds for each household / 全村统一填写项 */
  @Each(() => VerificationEach)
  each?: VerificationEach;
}

/** 数据比对 of a list */
export class DataComparisonBatch extends StepDto {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => DataComparisonItem)
  items?: DataComparisonItem[];

  /** Without items: what holds for each household / 全村统一填写项 */
  @Each(() => DataComparisonEach)
  each?: DataComparisonEach;
}

/** 公示 of a list */
export class PublicNoticeBatch extends PublicNoticeDto {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => HouseholdItem)
  items?: HouseholdItem[];
}

/** 乡镇审核、县级复审 of a list */
export class ReviewBatch extends StepDto {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => ReviewItem)
  items?: ReviewItem[];

  /** Without items: what holds for each household / 全村统一填写项 */
  @Each(() => ReviewEach)
  each?: ReviewEach;
}

/** 公告 of a list */
export class AnnouncementBatch extends StepDto {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => HouseholdItem)
  items?: HouseholdItem[];
}

/** 拟退出 of a list */
export class ExitPlanBatch extends ExitPlanDto {
  /** The households; every poor one of the village not yet in that year's plan when left out / 名单，缺省为全村 */
  @OptionalItems(() => HouseholdItem)
  items?: HouseholdItem[];
}

/** 农户认可 of a list */
export class AcknowledgementBatch extends Dated {
  /** The households; every one of the village that waits for this step when left out / 名单，缺省为全村 */
  @OptionalItems(() => AcknowledgementItem)
  items?: AcknowledgementItem[];

  /** Without items: what holds for each household / 全村统一填写项 */
  @Each(() => AcknowledgementEach)
  each?: AcknowledgementEach;
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
  return all(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_BATCH, {
      message: `items names at most ${MAX_BATCH} households: send several lists, or leave items out for the whole village where the step allows it`,
    }),
    ValidateNested({ each: true }),
    Type(type),
  );
}

function OptionalItems(type: () => new () => object): PropertyDecorator {
  return all(IsOptional(), Items(type));
}

function Each(type: () => new () => object): PropertyDecorator {
  return all(IsOptional(), IsObject(), ValidateNested(), Type(type));
}

function all(...decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
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
