import { REGION_LEVELS } from '@fupin/domain';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { CsvFormat } from '../http/csv.js';
import { OptionalDate } from '../http/dates.js';

export class RollUpQuery {
  @OptionalDate('Business date of the figures, today when left out / 统计截止日')
  asOf?: string;

  @OptionalDate('Recorded date: the figures as they were known on that day / 当时所知', '2019-03-31')
  knownAt?: string;

  @CsvFormat()
  format?: 'json' | 'csv';
}

export class YearsQuery {
  @ApiPropertyOptional({
    description: 'First year, the first with any change when left out / 起始年',
    type: 'integer',
    example: 2014,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1900)
  @Max(2999)
  from?: number;

  @ApiPropertyOptional({
    description: 'Last year, the last with any change when left out / 截止年',
    type: 'integer',
    example: 2020,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1900)
  @Max(2999)
  to?: number;

  @OptionalDate('Recorded date: the figures as they were known on that day / 当时所知', '2019-03-31')
  knownAt?: string;

  @CsvFormat()
  format?: 'json' | 'csv';
}

export class FigureAnswer {
  @ApiProperty({ description: '户数', type: 'integer', example: 3000 })
  households!: number;

  @ApiProperty({ description: '人数', type: 'integer', example: 9754 })
  persons!: number;
}

export class FlowsAnswer {
  @ApiProperty({ description: 'All entries into the register / 纳入合计', type: FigureAnswer })
  entries!: FigureAnswer;
  @ApiProperty({ description: '初次识别', type: FigureAnswer })
  identified!: FigureAnswer;
  @ApiProperty({ description: '新致贫', type: FigureAnswer })
  newlyPoor!: FigureAnswer;
  @ApiProperty({ description: '漏评补录', type: FigureAnswer })
  missed!: FigureAnswer;
  @ApiProperty({ description: '脱贫', type: FigureAnswer })
  exits!: FigureAnswer;
  @ApiProperty({ description: '返贫', type: FigureAnswer })
  returns!: FigureAnswer;
}

export class RuralPopulationFigure {
  @ApiProperty({ type: 'integer', example: 2016 })
  year!: number;
  @ApiProperty({ description: '农村人口', type: 'integer', example: 428000 })
  persons!: number;
  @ApiProperty({ example: '巴东县统计年鉴 2017' })
  source!: string;
}

export class StocksAnswer {
  @ApiProperty({ description: 'In the register, whatever the state / 建档立卡', type: FigureAnswer })
  registered!: FigureAnswer;
  @ApiProperty({ description: 'Still poor or returned / 贫困', type: FigureAnswer })
  poor!: FigureAnswer;
  @ApiProperty({ description: 'Registered and not yet exited / 未脱贫', type: FigureAnswer })
  stillPoor!: FigureAnswer;
  @ApiProperty({ description: 'Poor again after an exit / 返贫', type: FigureAnswer })
  returnedPoor!: FigureAnswer;
  @ApiProperty({ description: '已脱贫', type: FigureAnswer })
  exited!: FigureAnswer;
}

export class RollUpAnswer extends StocksAnswer {
  @ApiProperty({ description: '行政区划代码', example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiProperty({ enum: REGION_LEVELS, example: 'county' })
  level!: string;
  @ApiProperty({ format: 'date', example: '2018-12-31' })
  asOf!: string;
  @ApiPropertyOptional({ format: 'date', description: 'Only when asked for' })
  knownAt?: string;
  @ApiProperty({ description: 'All that happened up to and including the day / 累计', type: FlowsAnswer })
  cumulative!: FlowsAnswer;
  @ApiProperty({
    description: 'Steps recorded long after their date / 补录步骤',
    type: 'integer',
    example: 0,
  })
  backdatedSteps!: number;
  @ApiProperty({
    description:
      'Poor persons / rural population of that year, six decimals; null where the population is not known / 贫困发生率',
    type: 'number',
    nullable: true,
    example: 0.022791,
  })
  povertyIncidence!: number | null;
  @ApiProperty({ type: RuralPopulationFigure, nullable: true })
  ruralPopulation!: RuralPopulationFigure | null;
}

export class ChildrenAnswer {
  @ApiProperty({ example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiProperty({ format: 'date', example: '2018-12-31' })
  asOf!: string;
  @ApiPropertyOptional({ format: 'date' })
  knownAt?: string;
  @ApiProperty({
    description: 'Every region one level below, also those without any household',
    type: [RollUpAnswer],
  })
  items!: RollUpAnswer[];
}

export class CauseAnswer extends StocksAnswer {
  @ApiProperty({ description: "Code of the register's own list, `-` when none was recorded", example: '01' })
  cause!: string;
  @ApiProperty({ example: '因病' })
  labelZh!: string;
  @ApiProperty({ example: 'illness' })
  labelEn!: string;
}

export class CausesAnswer {
  @ApiProperty({ example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiProperty({ format: 'date', example: '2018-12-31' })
  asOf!: string;
  @ApiPropertyOptional({ format: 'date' })
  knownAt?: string;
  @ApiProperty({ description: 'By main cause / 按主要致贫原因', type: [CauseAnswer] })
  items!: CauseAnswer[];
}

export class YearAnswer {
  @ApiProperty({ type: 'integer', example: 2016 })
  year!: number;
  @ApiProperty({
    description: 'Last day of the year, or today in the current one',
    format: 'date',
    example: '2016-12-31',
  })
  asOf!: string;
  @ApiProperty({ description: 'Within the year: entries, exits, returns / 当年', type: FlowsAnswer })
  during!: FlowsAnswer;
  @ApiProperty({ description: 'At the end of the year / 年末', type: StocksAnswer })
  atYearEnd!: StocksAnswer;
  @ApiProperty({ description: '年末贫困发生率', type: 'number', nullable: true, example: null })
  povertyIncidence!: number | null;
}

export class YearsAnswer {
  @ApiProperty({ example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiPropertyOptional({ format: 'date' })
  knownAt?: string;
  @ApiProperty({ type: [YearAnswer] })
  years!: YearAnswer[];
}
