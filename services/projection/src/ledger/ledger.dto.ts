import { PageQuery } from '@fupin/service';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, IsString, IsUUID, Matches } from 'class-validator';
import { CsvFormat } from '../http/csv.js';
import { OptionalDate } from '../http/dates.js';
import { FLOWS } from '../roll-up/metrics.js';

/** Every flow but `backdated`, which is a property of events and no happening of its own. */
export const LEDGER_KINDS = FLOWS.filter((flow) => flow !== 'backdated');

export class LedgerQuery extends PageQuery {
  @ApiPropertyOptional({
    description: "Region code, the caller's own when left out / 行政区划代码",
    example: '422823',
  })
  @IsOptional()
  @IsString()
  region?: string;

  @OptionalDate('First business date / 起始日期', '2016-01-01')
  from?: string;

  @OptionalDate('Last business date / 截止日期', '2016-12-31')
  to?: string;

  @ApiPropertyOptional({
    description: 'Kinds, several separated by commas / 类别',
    enum: LEDGER_KINDS,
    isArray: true,
    example: 'exits,returns',
  })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : value))
  @IsIn(LEDGER_KINDS, { each: true })
  kind?: (typeof LEDGER_KINDS)[number][];

  @ApiPropertyOptional({ description: 'Main cause, code of the register / 主要致贫原因', example: '01' })
  @IsOptional()
  @Matches(/^(\d{2}|-)$/)
  cause?: string;

  @ApiPropertyOptional({ description: 'Only this household / 农户', format: 'uuid' })
  @IsOptional()
  @IsUUID()
  household?: string;

  @ApiPropertyOptional({
    enum: ['newest', 'oldest'],
    default: 'newest',
    description: 'By business date / 排序',
  })
  @IsOptional()
  @IsIn(['newest', 'oldest'])
  order: 'newest' | 'oldest' = 'newest';

  @CsvFormat()
  format?: 'json' | 'csv';
}

export class LedgerItem {
  @ApiProperty({
    description: 'Event: `<household id>:<version>`',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:9',
  })
  eventId!: string;
  @ApiProperty({ format: 'uuid', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42' })
  householdId!: string;
  @ApiProperty({ enum: LEDGER_KINDS, example: 'exits' })
  kind!: string;
  @ApiProperty({ example: '脱贫' })
  kindZh!: string;
  @ApiProperty({ description: 'Business date / 业务日期', format: 'date', example: '2016-12-20' })
  occurredOn!: string;
  @ApiProperty({
    description: 'When it became known / 录入时间',
    format: 'date-time',
    example: '2016-12-21T02:10:00.000Z',
  })
  recordedAt!: string;
  @ApiPropertyOptional({
    description: 'The later event that made the entry what it is, a correction for example',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:14',
  })
  changedBy?: string;
  @ApiProperty({ description: 'Village at that time / 村代码', example: '422823100201' })
  village!: string;
  @ApiProperty({ example: '水聚坪村村民委员会' })
  villageName!: string;
  @ApiProperty({ description: '1, or 0 where only persons came or went', type: 'integer', example: 1 })
  households!: number;
  @ApiProperty({
    description: 'Negative where persons left by a split or came by a merge',
    type: 'integer',
    example: 4,
  })
  persons!: number;
  @ApiProperty({ description: 'Main cause at that time', example: '01' })
  cause!: string;
  @ApiProperty({ example: '因病' })
  causeZh!: string;
}
