import { PageQuery } from '@fupin/service';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { CsvFormat } from '../http/csv.js';
import { GUARANTEES, HOUSEHOLD_STATUSES, PROCEDURES } from './household.js';

export class HouseholdsQuery extends PageQuery {
  @ApiPropertyOptional({
    description: "Region code, the caller's own when left out / 行政区划代码",
    example: '422823100201',
  })
  @IsOptional()
  @IsString()
  region?: string;

  @ApiPropertyOptional({
    description: 'Statuses, several separated by commas / 状态',
    enum: HOUSEHOLD_STATUSES,
    isArray: true,
    example: 'stillPoor,returnedPoor',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsIn(HOUSEHOLD_STATUSES, { each: true })
  status?: (typeof HOUSEHOLD_STATUSES)[number][];

  @ApiPropertyOptional({ description: 'Main cause, code of the register / 主要致贫原因', example: '01' })
  @IsOptional()
  @Matches(/^\d{2}$/)
  cause?: string;

  @ApiPropertyOptional({ description: 'Number in the register / 户编号' })
  @IsOptional()
  @IsString()
  @MaxLength(40)
  householdNo?: string;

  @CsvFormat()
  format?: 'json' | 'csv';
}

export class CauseName {
  @ApiProperty({ example: '01' })
  code!: string;
  @ApiProperty({ example: '因病' })
  zh!: string;
  @ApiProperty({ example: 'illness' })
  en!: string;
}

export class IncomeAnswer {
  @ApiProperty({ type: 'integer', example: 2017 })
  year!: number;
  @ApiProperty({ description: 'A19 in yuan / 家庭纯收入', example: '15230.00' })
  netIncome!: string;
  @ApiProperty({ description: 'A20 in yuan / 人均纯收入', example: '3807.50' })
  perCapitaNetIncome!: string;
  @ApiProperty({ format: 'date', example: '2017-11-20' })
  surveyedOn!: string;
}

export class GuaranteeAnswer {
  @ApiProperty({ enum: GUARANTEES, example: 'safeHousing' })
  guarantee!: string;
  @ApiProperty({ example: '住房安全' })
  zh!: string;
  @ApiProperty({ example: true })
  holds!: boolean;
  @ApiProperty({ format: 'date', example: '2017-11-20' })
  assessedOn!: string;
}

export class HouseholdAnswer {
  @ApiProperty({ format: 'uuid', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42' })
  id!: string;
  @ApiProperty({ description: '户编号', type: 'string', nullable: true, example: '42282310020100017' })
  householdNo!: string | null;
  @ApiProperty({ description: '村代码', example: '422823100201' })
  village!: string;
  @ApiProperty({ example: '湖北省恩施土家族苗族自治州巴东县信陵镇水聚坪村村民委员会' })
  villageName!: string;
  @ApiProperty({ enum: HOUSEHOLD_STATUSES, example: 'exited' })
  status!: string;
  @ApiProperty({ example: '已脱贫' })
  statusZh!: string;
  @ApiProperty({ format: 'date', example: '2016-12-20' })
  statusSince!: string;
  @ApiProperty({ description: '人数', type: 'integer', example: 4 })
  persons!: number;
  @ApiProperty({
    enum: ['identified', 'newlyPoor', 'missed'],
    type: 'string',
    nullable: true,
    example: 'identified',
  })
  entryKind!: string | null;
  @ApiProperty({ enum: ['ordinary', 'dibao', 'tekun'], type: 'string', nullable: true, example: 'ordinary' })
  householdKind!: string | null;
  @ApiProperty({ type: CauseName, nullable: true })
  mainCause!: CauseName | null;
  @ApiProperty({ type: [CauseName] })
  otherCauses!: CauseName[];
  @ApiProperty({ format: 'date', type: 'string', nullable: true, example: '2014-06-30' })
  registeredOn!: string | null;
  @ApiProperty({
    description: 'Last exit',
    format: 'date',
    type: 'string',
    nullable: true,
    example: '2016-12-20',
  })
  exitedOn!: string | null;
  @ApiProperty({ description: 'Last return', format: 'date', type: 'string', nullable: true, example: null })
  returnedOn!: string | null;
  @ApiProperty({ description: '拟退出年度', type: 'integer', nullable: true, example: null })
  exitPlannedFor!: number | null;
  @ApiProperty({ format: 'date', type: 'string', nullable: true, example: '2020-12-31' })
  policiesRetainedUntil!: string | null;
  @ApiProperty({
    description: 'The day measures ended; null while they go on / 脱贫不享受政策',
    format: 'date',
    type: 'string',
    nullable: true,
    example: null,
  })
  policyEndedOn!: string | null;
  @ApiProperty({ example: false })
  dibaoContinues!: boolean;
  @ApiProperty({
    description: 'The household it was split off / 分自',
    format: 'uuid',
    type: 'string',
    nullable: true,
    example: null,
  })
  splitFrom!: string | null;
  @ApiProperty({
    description: 'The household it was merged into / 并入',
    format: 'uuid',
    type: 'string',
    nullable: true,
    example: null,
  })
  mergedInto!: string | null;
  @ApiProperty({ description: 'Open findings / 未办结疑点', type: 'integer', example: 0 })
  openFindings!: number;
  @ApiProperty({
    description: 'Procedure under way',
    enum: PROCEDURES,
    type: 'string',
    nullable: true,
    example: null,
  })
  procedure!: string | null;
  @ApiProperty({ description: 'Its last step', type: 'string', nullable: true, example: null })
  step!: string | null;
  @ApiProperty({ format: 'date', type: 'string', nullable: true, example: null })
  stepOn!: string | null;
  @ApiProperty({ type: IncomeAnswer, nullable: true })
  income!: IncomeAnswer | null;
  @ApiProperty({ description: '两不愁三保障和饮水安全', type: [GuaranteeAnswer] })
  guarantees!: GuaranteeAnswer[];
  @ApiProperty({
    description: 'Last monitoring visit',
    format: 'date',
    type: 'string',
    nullable: true,
    example: '2018-09-12',
  })
  monitoredOn!: string | null;
  @ApiProperty({ type: 'integer', example: 0 })
  backdatedSteps!: number;
  @ApiProperty({ description: 'Version of the stream that is shown', type: 'integer', example: 31 })
  version!: number;
}
