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
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { IsYuan } from '../../validators.js';
import { CONDITIONS, FUELS, GUARANTEES, HOUSING_STRUCTURES } from './names.js';
import { CausesDto, AuthorisationDto, EvidenceDto, Dated } from './parts.dto.js';

/** 致贫原因 */
export class PovertyCausesDto extends Dated {
  /** Causes of poverty / 致贫原因 @example {"main": {"code": "01"}, "others": [{"code": "07"}]} */
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

  /** A17a 工资性收入（元） @example "12000.00" */
  @IsYuan()
  wage!: string;

  /** A17b 生产经营性收入（元） @example "4500.00" */
  @IsYuan()
  business!: string;

  /** A17c 转移性收入（元） @example "1800.50" */
  @IsYuan()
  transfer!: string;

  /** A17d 财产性收入（元） @example "0.00" */
  @IsYuan()
  property!: string;

  /** A18 生产经营性支出（元） @example "1200.00" */
  @IsYuan()
  businessCost!: string;

  /** Persons the survey counted; must be the household's number / 调查人数 @example 3 */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(50)
  persons?: number;

  /** Evidence / 佐证 @example {"source": "householdVisit", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
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

  /** Evidence / 佐证 @example {"source": "householdVisit", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"} */
  @ValidateNested()
  @Type(() => EvidenceDto)
  @IsObject()
  evidence!: EvidenceDto;
}

/** 两不愁三保障和饮水安全评估 */
export class GuaranteeAssessmentDto extends Dated {
  /** Findings, each with evidence / 评估结果 @example [{"guarantee": "food", "holds": true, "evidence": {"source": "householdVisit", "datedOn": "2016-11-20", "documentId": "0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e02"}}] */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(6)
  @ValidateNested({ each: true })
  @Type(() => FindingDto)
  findings!: FindingDto[];
}

/** Form fields A21–A24, A35–A37, distance to the market / 居住条件 */
export class LivingConditionsDto extends Dated {
  /** A21 in square metres, at most two decimals; "0" without a house / 住房面积 @example "96.50" */
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

  /** A24 Relocation household / 易地搬迁户 @example false */
  @IsOptional()
  @IsBoolean()
  relocation?: boolean;

  /** A36 Fuels, at most three / 主要燃料类型 @example ["firewood", "electricity"] */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(6)
  @IsIn(Object.keys(FUELS), { each: true })
  fuels?: (keyof typeof FUELS)[];

  /** Distance to the market in metres / 距集贸市场距离（米） @example 4500 */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(999_999)
  distanceToMarketM?: number;
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
