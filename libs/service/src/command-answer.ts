import { ApiProperty } from '@nestjs/swagger';
import type { Handled } from '@fupin/event-sourcing';
import type { FastifyReply } from 'fastify';
import { etag } from './etag.js';
import { POSITION_HEADER, formatPosition } from './position-token.js';

/** One fact that the command has written. */
export class WrittenEvent {
  @ApiProperty({
    description: 'Id of the event: `<stream id>:<version>`',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42:7',
  })
  id!: string;

  @ApiProperty({ description: 'Type of the event', example: 'HouseholdExited' })
  type!: string;

  @ApiProperty({ description: 'Business date / 业务日期', format: 'date', example: '2018-06-30' })
  occurredOn!: string;
}

/** What every command answers. */
export class CommandAnswer {
  @ApiProperty({
    description: 'Id of what was changed',
    format: 'uuid',
    example: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42',
  })
  id!: string;

  @ApiProperty({
    description: 'Its version now; also the ETag, to be sent as If-Match',
    type: 'integer',
    example: 7,
  })
  version!: number;

  @ApiProperty({
    description: 'Position token; send it as Fupin-Position with a query that must see this change',
    example: 'fupin.registry.household.v1:3:1842',
  })
  position!: string;

  @ApiProperty({ description: 'What was written', type: () => [WrittenEvent] })
  events!: WrittenEvent[];
}

/**
 * Sets `ETag`, `Fupin-Position` and, for an answer given once before, `Idempotency-Replayed`; returns the body. The types of
 * the events are the cases of their protobuf union in PascalCase.
 */
export function commandAnswer<E extends { readonly case?: string | undefined }>(
  reply: FastifyReply,
  handled: Handled<E>,
): CommandAnswer {
  const body = commandBody(handled);
  void reply.header('etag', etag(handled.version)).header(POSITION_HEADER, body.position);
  if (handled.replayed) void reply.header('idempotency-replayed', 'true');
  return body;
}

/** The body alone: for a command that has changed more than one thing. */
export function commandBody<E extends { readonly case?: string | undefined }>(
  handled: Handled<E>,
): CommandAnswer {
  return {
    id: handled.streamId,
    version: handled.version,
    position: formatPosition(handled),
    events: handled.events.map(({ id, event, occurredOn }) => ({
      id,
      type: pascalCase(event.case ?? ''),
      occurredOn,
    })),
  };
}

const pascalCase = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
