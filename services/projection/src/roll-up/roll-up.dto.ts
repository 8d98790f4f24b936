import { REGION_LEVELS } from '@fupin/domain';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
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

export class CompareQuery extends RollUpQuery {
  @ApiProperty({
    description: 'Regions of any level, separated by commas / 行政区划代码',
    isArray: true,
    type: String,
    example: '422823,422823100',
  })
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsString({ each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  regions!: string[];
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
  @ApiProperty({
    description: 'Formed by splits; persons cancel with the households they left / 分户',
    type: FigureAnswer,
  })
  splitOff!: FigureAnswer;
  @ApiProperty({ description: 'From a village outside this region / 迁入', type: FigureAnswer })
  movedIn!: FigureAnswer;
  @ApiProperty({ description: 'To a village outside this region / 迁出', type: FigureAnswer })
  movedOut!: FigureAnswer;
  @ApiProperty({
    description: 'Merged into others; persons cancel with the households they joined / 并户',
    type: FigureAnswer,
  })
  mergedAway!: FigureAnswer;
  @ApiProperty({ description: '整户自然减少', type: FigureAnswer })
  extinguished!: FigureAnswer;
  @ApiProperty({ description: '清退', type: FigureAnswer })
  removed!: FigureAnswer;
  @ApiProperty({ description: '脱贫', type: FigureAnswer })
  exits!: FigureAnswer;
  @ApiProperty({ description: '返贫', type: FigureAnswer })
  returns!: FigureAnswer;
  @ApiProperty({ description: 'Exits cancelled, on the day of the reversal / 错退回退', type: FigureAnswer })
  exitReversals!: FigureAnswer;
  @ApiProperty({ description: 'Persons who joined; no household is counted / 自然增加', type: FigureAnswer })
  membersAdded!: FigureAnswer;
  @ApiProperty({ description: 'Persons who left; no household is counted / 自然减少', type: FigureAnswer })
  membersLeft!: FigureAnswer;
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
  @ApiProperty({ description: 'Exited and still receiving measures / 脱贫享受政策', type: FigureAnswer })
  policyRetained!: FigureAnswer;
  @ApiProperty({ description: 'Exited, measures ended / 脱贫不享受政策', type: FigureAnswer })
  policyEnded!: FigureAnswer;
}

export class DifferenceAnswer {
  @ApiProperty({ example: 'exits' })
  metric!: string;
  @ApiProperty({ example: '脱贫' })
  labelZh!: string;
  @ApiProperty({ description: '公布数', type: FigureAnswer })
  published!: FigureAnswer;
  @ApiProperty({ description: '当前数', type: FigureAnswer })
  current!: FigureAnswer;
  @ApiProperty({ description: 'Current less published / 差额', type: FigureAnswer })
  difference!: FigureAnswer;
}

/** The figures of a closed year as they were published, and what differs by now. */
export class PublishedAnswer extends StocksAnswer {
  @ApiProperty({ description: 'The region whose closing it is: this one or a wider one', example: '422823' })
  closedRegion!: string;
  @ApiProperty({ type: 'integer', example: 2018 })
  closedYear!: number;
  @ApiProperty({
    description: 'The figures are those known at the end of this day / 封库日',
    format: 'date',
    example: '2019-01-10',
  })
  knownOn!: string;
  @ApiProperty({ type: FlowsAnswer })
  cumulative!: FlowsAnswer;
  @ApiProperty({ description: 'Only what differs', type: [DifferenceAnswer] })
  differences!: DifferenceAnswer[];
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
  @ApiPropertyOptional({
    description: 'When the day lies in a closed year: the figures as published / 封库数据',
    type: PublishedAnswer,
  })
  published?: PublishedAnswer;
}

export class RatesAnswer {
  @ApiProperty({
    description: 'Exited / registered households / 脱贫户占比',
    type: 'number',
    nullable: true,
    example: 0.93,
  })
  exitedShare!: number | null;
  @ApiProperty({ description: 'Returns / exits / 返贫率', type: 'number', nullable: true, example: 0.004 })
  returnRate!: number | null;
  @ApiProperty({
    description: 'Reversals / exits including those reversed / 回退率',
    type: 'number',
    nullable: true,
    example: 0.001,
  })
  exitReversalRate!: number | null;
}

export class ComparedAnswer extends RollUpAnswer {
  @ApiProperty({ description: 'In households / 比率', type: RatesAnswer })
  rates!: RatesAnswer;
}

export class ComparisonAnswer {
  @ApiProperty({ format: 'date', example: '2018-12-31' })
  asOf!: string;
  @ApiPropertyOptional({ format: 'date' })
  knownAt?: string;
  @ApiProperty({ description: 'In the order asked for', type: [ComparedAnswer] })
  items!: ComparedAnswer[];
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

export class PublishedYearAnswer {
  @ApiProperty({ description: 'The region whose closing it is: this one or a wider one', example: '422823' })
  closedRegion!: string;
  @ApiProperty({ type: 'integer', example: 2018 })
  closedYear!: number;
  @ApiProperty({ description: '封库日', format: 'date', example: '2019-01-10' })
  knownOn!: string;
  @ApiProperty({ type: FlowsAnswer })
  during!: FlowsAnswer;
  @ApiProperty({ type: StocksAnswer })
  atYearEnd!: StocksAnswer;
  @ApiProperty({ description: '年末贫困发生率', type: 'number', nullable: true, example: null })
  povertyIncidence!: number | null;
  @ApiProperty({ description: 'Only what differs', type: [DifferenceAnswer] })
  differences!: DifferenceAnswer[];
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
  @ApiPropertyOptional({
    description: 'Of a closed year: the figures as published / 封库数据',
    type: PublishedYearAnswer,
  })
  published?: PublishedYearAnswer;
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
