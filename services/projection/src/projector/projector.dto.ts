import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsNotEmpty, IsString, MaxLength, Min } from 'class-validator';

export class StoppedAnswer {
  @ApiProperty({ description: 'Offset of the message on Kafka', type: 'integer', example: 4711 })
  offset!: number;
  @ApiPropertyOptional({
    description: 'Its store position, when it carries one',
    type: 'integer',
    example: 4712,
  })
  position?: number;
  @ApiProperty({ example: 'UnknownEvent: …' })
  reason!: string;
  @ApiProperty({ format: 'date-time' })
  since!: string;
}

export class PartitionAnswer {
  @ApiProperty({ example: 'fupin.registry.household.v1' })
  topic!: string;
  @ApiProperty({ type: 'integer', example: 3 })
  partition!: number;
  @ApiProperty({ description: 'Highest store position shown / 已处理位置', type: 'integer', example: 184200 })
  position!: number;
  @ApiProperty({ description: 'Offset of that message on Kafka', type: 'integer', example: 30611 })
  offset!: number;
  @ApiPropertyOptional({
    description: 'Messages not yet looked at, of partitions this instance follows / 待处理',
    type: 'integer',
    example: 0,
  })
  lag?: number;
  @ApiPropertyOptional({ description: 'Age of the last applied event while messages wait', example: 0 })
  secondsBehind?: number;
  @ApiPropertyOptional({ description: 'The message that stops the partition', type: StoppedAnswer })
  stopped?: StoppedAnswer;
  @ApiPropertyOptional({ description: 'What is being retried: a broker or a database that is away' })
  retrying?: string;
}

export class ProjectorAnswer {
  @ApiProperty({
    description: 'Messages not yet looked at, all partitions of this instance / 待处理合计',
    type: 'integer',
    example: 0,
  })
  lag!: number;
  @ApiProperty({ type: [PartitionAnswer] })
  partitions!: PartitionAnswer[];
}

export class RebuildAnswer {
  @ApiProperty({ type: 'integer', example: 1 })
  id!: number;
  @ApiProperty({ description: 'Role and subject of the token', example: 'province operator' })
  requestedBy!: string;
  @ApiProperty({ format: 'date-time' })
  startedAt!: string;
  @ApiProperty({ format: 'date-time', type: 'string', nullable: true })
  finishedAt!: string | null;
  @ApiProperty({ enum: ['running', 'swapped', 'failed'], example: 'swapped' })
  outcome!: string;
  @ApiProperty({ type: 'integer', nullable: true, example: 184200 })
  events!: number | null;
  @ApiProperty({ type: 'number', nullable: true, example: 7.2 })
  seconds!: number | null;
  @ApiProperty({ type: 'string', nullable: true, example: null })
  failure!: string | null;
  @ApiPropertyOptional({
    description: 'Messages still to be read, while this instance runs it',
    type: 'integer',
  })
  lag?: number;
}

export class RebuildsAnswer {
  @ApiProperty({ type: [RebuildAnswer] })
  items!: RebuildAnswer[];
}

export class RebuildStarted {
  @ApiProperty({ type: 'integer', example: 1 })
  id!: number;
}

export class SkipBody {
  @ApiProperty({ example: 'fupin.registry.household.v1' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  topic!: string;

  @ApiProperty({ type: 'integer', example: 3 })
  @IsInt()
  @Min(0)
  partition!: number;

  @ApiProperty({
    description: 'Offset of the message that stops the partition',
    type: 'integer',
    example: 4711,
  })
  @IsInt()
  @Min(0)
  offset!: number;

  @ApiProperty({
    description: 'Why it may be left out; kept for ever',
    example: 'Sent by a faulty test client on 2026-03-01',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  reason!: string;
}

export class SkipAnswer {
  @ApiProperty({ example: 'recorded' })
  outcome!: 'recorded';
}
