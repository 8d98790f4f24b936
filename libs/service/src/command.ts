import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Origin } from '@fupin/contracts';
import type { Envelope } from '@fupin/event-sourcing';
import type { FastifyRequest } from 'fastify';
import { callerOf, type Caller } from './caller.js';
import { readIfMatch } from './etag.js';
import { readIdempotencyKey, type IdempotencyKey } from './idempotency.js';
import { idsOf } from './request-hooks.js';
import type { RequestIds } from './request-ids.js';

/** What a command brings beside its body: who, on behalf of which request, and which state of the stream they have seen. */
export class CommandRequest {
  constructor(
    readonly caller: Caller,
    readonly ids: RequestIds,
    /** From `Idempotency-Key`; undefined when the caller sent none. */
    readonly idempotency: IdempotencyKey | undefined,
    /** From `If-Match`; undefined when any version will do. */
    readonly expectedVersion: number | undefined,
  ) {}

  get correlationId(): string {
    return this.ids.correlationId;
  }

  /** The envelope of the events to come. `region` is that of the stream, not of the caller. */
  envelope(region: string, ruleSetVersion?: string, origin?: Origin): Envelope {
    return {
      actorRole: this.caller.actorRole,
      correlationId: this.ids.correlationId,
      region,
      ...(ruleSetVersion === undefined ? {} : { ruleSetVersion }),
      ...(origin === undefined ? {} : { origin }),
    };
  }

  /** The context for `CommandHandler.handle`: envelope, expected version and idempotency key in one. */
  context(
    region: string,
    ruleSetVersion?: string,
    origin?: Origin,
  ): {
    envelope: Envelope;
    expectedVersion?: number;
    idempotency?: IdempotencyKey;
  } {
    return {
      envelope: this.envelope(region, ruleSetVersion, origin),
      ...(this.expectedVersion === undefined ? {} : { expectedVersion: this.expectedVersion }),
      ...(this.idempotency === undefined ? {} : { idempotency: this.idempotency }),
    };
  }
}

/** Marks an operation as a command until its headers are in the document. */
export const COMMAND_EXTENSION = 'x-command';

/** The command's own headers as a parameter of the controller: `post(@Command() command: CommandRequest)`. */
export const Command = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest =>
    readCommand(context.switchToHttp().getRequest<FastifyRequest>()),
  [
    (target, key) => {
      const method = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
      if (key !== undefined && method) ApiExtension(COMMAND_EXTENSION, true)(target, key, method);
    },
  ],
);

/** Reads caller, ids, `Idempotency-Key` and `If-Match`. Throws the 400 problem when a header is malformed. */
export function readCommand(request: FastifyRequest): CommandRequest {
  const caller = callerOf(request);
  const path = request.url.split('?', 1)[0] ?? '';
  const body = isStream(request.body) ? undefined : request.body;
  return new CommandRequest(
    caller,
    idsOf(request),
    readIdempotencyKey(request.headers['idempotency-key'], { caller, method: request.method, path, body }),
    readIfMatch(request.headers['if-match']),
  );
}

const isStream = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'pipe' in body && typeof body.pipe === 'function';
