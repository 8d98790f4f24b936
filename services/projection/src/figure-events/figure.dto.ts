import { PageQuery } from '@fupin/service';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CsvFormat } from '../http/csv.js';
import { OptionalDate } from '../http/dates.js';

export class FigureEventsQuery extends PageQuery {
  @OptionalDate('The figure of this day, today when left out; a flow since the beginning / 统计截止日')
  asOf?: string;

  @OptionalDate('Of a flow: first day of the period / 起始日期', '2018-01-01')
  from?: string;

  @OptionalDate('Of a flow: last day of the period, today when left out / 截止日期', '2018-12-31')
  to?: string;

  @OptionalDate('Recorded date: the figure as it was known on that day / 当时所知', '2019-03-31')
  knownAt?: string;

  @CsvFormat()
  format?: 'json' | 'csv';
}

/** An event as lists beside figures show it. */
export class FigureEvent {
  @ApiProperty({ example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:9' })
  eventId!: string;
  @ApiProperty({ format: 'uuid', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42' })
  householdId!: string;
  @ApiProperty({ example: 'HouseholdExited' })
  type!: string;
  @ApiProperty({ example: '脱贫' })
  typeZh!: string;
  @ApiProperty({ example: 'exited' })
  typeEn!: string;
  @ApiProperty({
    description: 'The business date by which it counts, corrections taken into account / 业务日期',
    format: 'date',
    example: '2016-12-20',
  })
  occurredOn!: string;
  @ApiProperty({ description: '录入时间', format: 'date-time', example: '2016-12-21T02:10:00.000Z' })
  recordedAt!: string;
  @ApiPropertyOptional({
    description: 'The correction by which it counts / 更正',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:14',
  })
  correctedBy?: string;
  @ApiProperty({ description: 'Village where it counts / 村代码', example: '422823100201' })
  village!: string;
  @ApiProperty({ example: '水聚坪村村民委员会' })
  villageName!: string;
}

/** An event and its share in the figure: all of them add up to it. */
export class FigureShare extends FigureEvent {
  @ApiProperty({ description: '户数', type: 'integer', example: 1 })
  households!: number;
  @ApiProperty({ description: '人数', type: 'integer', example: 4 })
  persons!: number;
}
