import { PageQuery } from '@fupin/service';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { CsvFormat } from '../http/csv.js';
import { FINDING_KINDS, FINDING_OUTCOMES } from './finding.table.js';

export class FindingsQuery extends PageQuery {
  @ApiPropertyOptional({
    description: "Region code, the caller's own when left out / 行政区划代码",
    example: '422823',
  })
  @IsOptional()
  @IsString()
  region?: string;

  @ApiPropertyOptional({ enum: ['open', 'closed', 'all'], default: 'open', description: '状态' })
  @IsOptional()
  @IsIn(['open', 'closed', 'all'])
  status: 'open' | 'closed' | 'all' = 'open';

  @CsvFormat()
  format?: 'json' | 'csv';
}

export class FindingItem {
  @ApiProperty({
    description: 'The event that raised it',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:15',
  })
  eventId!: string;
  @ApiProperty({ format: 'uuid', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42' })
  householdId!: string;
  @ApiProperty({ description: '户编号', type: 'string', nullable: true, example: '42282310020100017' })
  householdNo!: string | null;
  @ApiProperty({ description: 'Village today / 村代码', example: '422823100201' })
  village!: string;
  @ApiProperty({ example: '水聚坪村村民委员会' })
  villageName!: string;
  @ApiProperty({ enum: FINDING_KINDS, example: 'exitUnlawful' })
  kind!: string;
  @ApiProperty({ example: '更正后脱贫不达标' })
  kindZh!: string;
  @ApiProperty({
    description: 'The event in doubt',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:9',
  })
  aboutEventId!: string;
  @ApiProperty({
    description: 'The correction that showed it',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:14',
  })
  correctionEventId!: string;
  @ApiProperty({ description: 'What is missing', type: [String], example: ['income-not-above-line'] })
  missing!: string[];
  @ApiProperty({ format: 'date', example: '2017-03-01' })
  raisedOn!: string;
  @ApiProperty({ format: 'date-time', example: '2017-03-01T02:10:00.000Z' })
  recordedAt!: string;
  @ApiPropertyOptional({ description: 'The event that closed it' })
  closedBy?: string;
  @ApiPropertyOptional({ format: 'date', example: '2017-04-01' })
  closedOn?: string;
  @ApiPropertyOptional({ enum: FINDING_OUTCOMES, example: 'exitStands' })
  outcome?: string;
  @ApiPropertyOptional({ example: '经核实维持' })
  outcomeZh?: string;
}
