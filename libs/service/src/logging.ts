import type { IncomingMessage, ServerResponse } from 'node:http';
import { LoggerModule } from 'nestjs-pino';
import { pino, type DestinationStream, type Logger } from 'pino';
import { RequestMethod, type DynamicModule } from '@nestjs/common';
import type { ServiceConfig } from './config.js';
import { readRequestIds } from './request-ids.js';
import { scrub, scrubError, scrubPath } from './scrub.js';

/** Asked every few seconds by machines; a line each would drown the rest. */
const QUIET = /^\/(?:health\/|metrics$|docs\b|openapi\.)/;

/** Injects the service's own logger: `@Inject(LOGGER) logger: Logger`, for what runs outside requests (relay, projector). */
export const LOGGER = Symbol('fupin:logger');

/**
 * A JSON logger to standard output with what every line shares. Bodies, header values, query strings and values of database
 * errors are never part of a line.
 */
export function createLogger(
  config: Pick<ServiceConfig, 'name' | 'logLevel'>,
  stream?: DestinationStream,
): Logger {
  const options = {
    level: config.logLevel,
    base: { service: config.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: scrubError, error: scrubError },
    redact: {
      paths: [
        'authorization',
        '*.authorization',
        'headers',
        '*.headers',
        'body',
        '*.body',
        'token',
        '*.token',
        'password',
        '*.password',
      ],
      censor: '[redacted]',
    },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...parameters: unknown[]) => void) {
        method.apply(
          this,
          args.map((one) => (typeof one === 'string' ? scrub(one) : one)),
        );
      },
    },
  };
  return stream ? pino(options as object, stream) : pino(options as object);
}

/** nestjs-pino over that logger: one line per request when it ends, and the request's ids on every line in between. */
export function loggingModule(logger: Logger): DynamicModule {
  return LoggerModule.forRoot({
    // Not nestjs-pino's own '{/*splat}': @fastify/middie puts a slash before it and it then matches nothing.
    forRoutes: [{ path: '/{*path}', method: RequestMethod.ALL }],
    pinoHttp: {
      logger,
      wrapSerializers: false,
      quietReqLogger: false,
      genReqId: (request: IncomingMessage) => ids(request).requestId,
      serializers: {
        req: (request: IncomingMessage) => ({
          id: ids(request).requestId,
          method: request.method,
          path: scrubPath((request as { originalUrl?: string }).originalUrl ?? request.url ?? ''),
        }),
        res: (response: ServerResponse) => ({ status: response.statusCode }),
        err: scrubError,
      },
      customProps: (request: IncomingMessage) => {
        const { correlationId, traceparent } = ids(request);
        return { correlationId, ...(traceparent ? { traceId: traceparent.slice(3, 35) } : {}) };
      },
      customLogLevel: (_request: IncomingMessage, response: ServerResponse, error?: Error) =>
        error || response.statusCode >= 500 ? 'error' : response.statusCode >= 400 ? 'warn' : 'info',
      autoLogging: {
        ignore: (request: IncomingMessage) =>
          QUIET.test((request as { originalUrl?: string }).originalUrl ?? request.url ?? ''),
      },
    },
  });
}

function ids(request: IncomingMessage) {
  return (request.fupinIds ??= readRequestIds(request.headers));
}
