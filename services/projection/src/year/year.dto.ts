import { PageQuery } from '@fupin/service';
import { ApiProperty } from '@nestjs/swagger';
import { FigureEvent } from '../figure-events/figure.dto.js';
import { CsvFormat } from '../http/csv.js';
import { METRICS } from '../roll-up/metrics.js';

export class YearClosingsQuery {
  @CsvFormat()
  format?: 'json' | 'csv';
}

export class YearChangesQuery extends PageQuery {
  @CsvFormat()
  format?: 'json' | 'csv';
}

export class YearClosingItem {
  @ApiProperty({ type: 'integer', example: 2018 })
  year!: number;
  @ApiProperty({ description: 'The region that was closed: this one or a wider one', example: '422823' })
  region!: string;
  @ApiProperty({ example: '巴东县' })
  name!: string;
  @ApiProperty({
    description: 'The published figures are those known at the end of this day / 封库日',
    format: 'date',
    example: '2019-01-10',
  })
  knownOn!: string;
  @ApiProperty({ format: 'date-time', example: '2019-01-10T08:00:00.000Z' })
  recordedAt!: string;
  @ApiProperty({ example: '6f1d8a52-6d0c-5d6e-9a5f-3f8f5d1c2b3a:1' })
  eventId!: string;
}

export class YearClosingsAnswer {
  @ApiProperty({ type: [YearClosingItem] })
  items!: YearClosingItem[];
}

export class MetricChangeAnswer {
  @ApiProperty({ enum: METRICS, example: 'exits' })
  metric!: string;
  @ApiProperty({ example: '脱贫' })
  labelZh!: string;
  @ApiProperty({ type: 'integer', example: -1 })
  households!: number;
  @ApiProperty({ type: 'integer', example: -4 })
  persons!: number;
}

/** An event recorded after the closing, and what it changed in the year's figures. */
export class YearChange extends FigureEvent {
  @ApiProperty({ type: [MetricChangeAnswer] })
  changes!: MetricChangeAnswer[];
}
