import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CsvFormat } from '../http/csv.js';

export class TimelineQuery {
  @CsvFormat()
  format?: 'json' | 'csv';
}

/** What a correction puts in the place of an event. */
export class EventCorrection {
  @ApiProperty({ description: 'The correction', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:14' })
  eventId!: string;
  @ApiProperty({ format: 'date-time', example: '2017-03-01T02:10:00.000Z' })
  recordedAt!: string;
  @ApiProperty({ description: '更正原因', example: 'typingError' })
  reason!: string;
  @ApiProperty({ description: 'The right business date', format: 'date', example: '2016-12-21' })
  occurredOn!: string;
  @ApiProperty({
    description: 'The event never happened; there is no right fact then / 误录作废',
    example: false,
  })
  annulled!: boolean;
  @ApiProperty({ description: 'The right fact', type: Object, example: { year: 2016, persons: 4 } })
  data!: unknown;
  @ApiProperty({ description: 'Of several corrections the last one counts', example: true })
  counts!: boolean;
}

export class TimelineEvent {
  @ApiProperty({ example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:9' })
  id!: string;
  @ApiProperty({ type: 'integer', example: 9 })
  version!: number;
  @ApiProperty({ example: 'HouseholdExited' })
  type!: string;
  @ApiProperty({ example: '脱贫' })
  typeZh!: string;
  @ApiProperty({ example: 'exited' })
  typeEn!: string;
  @ApiProperty({ description: 'Business date / 业务日期', format: 'date', example: '2016-12-20' })
  occurredOn!: string;
  @ApiProperty({ description: '录入时间', format: 'date-time', example: '2016-12-21T02:10:00.000Z' })
  recordedAt!: string;
  @ApiProperty({ description: 'Region at that time', example: '422823100201' })
  region!: string;
  @ApiProperty({ description: 'Role of who caused it, never a name', example: 'county' })
  actorRole!: string;
  @ApiProperty({
    description: 'Policy rules the decision rested on / 依据',
    type: [String],
    example: ['REG-19', 'REG-23'],
  })
  ruleIds!: string[];
  @ApiProperty({ example: 'hubei-2016' })
  ruleSetVersion!: string;
  @ApiProperty({ description: 'Recorded from an older register / 历史数据', example: false })
  fromHistory!: boolean;
  @ApiProperty({ description: 'Recorded long after its date / 补录', example: false })
  backdated!: boolean;
  @ApiProperty({
    description: 'The fact, as the event contract names its fields',
    type: Object,
    example: { year: 2016, persons: 4 },
  })
  data!: unknown;
  @ApiPropertyOptional({
    description: 'What was put right about this event; its own fact stays as it was recorded / 更正',
    type: [EventCorrection],
  })
  corrections?: EventCorrection[];
  @ApiPropertyOptional({ description: 'Of a correction: the event it puts right / 更正对象' })
  corrects?: string;
  @ApiPropertyOptional({ description: 'Of an exit: the reversal that voids it / 回退' })
  voidedBy?: string;
}

export class TimelineAnswer {
  @ApiProperty({ format: 'uuid', example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42' })
  householdId!: string;
  @ApiProperty({ type: [TimelineEvent] })
  events!: TimelineEvent[];
}
