import { Readable } from 'node:stream';
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Histogram, Gauge } from 'prom-client';
import { Problem } from './problem.js';
import { readRequestIds, type RequestIds } from './request-ids.js';

declare module 'http' {
  interface IncomingMessage {
    fupinIds?: RequestIds;
  }
}

/** The ids of a request; made at first sight and kept on it. */
export function idsOf(request: Pick<FastifyRequest, 'raw'>): RequestIds {
  return (request.raw.fupinIds ??= readRequestIds(request.raw.headers));
}

/** Objects and arrays within each other; real bodies stay below ten. */
const MAX_DEPTH = 32;

/**
 * JSON bodies only, as strictly as the standard: valid UTF-8 (a name in GBK must not arrive as question marks), no
 * `__proto__`, at most 32 levels. The given `streamed` media types are handed to the controller unread.
 */
export function acceptBodies(fastify: FastifyInstance, bodyLimit: number, streamed: readonly string[]): void {
  const parseText = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;.*)?$/i,
    { parseAs: 'buffer', bodyLimit },
    (request, buffer: Buffer, done) => {
      if (buffer.length === 0) return done(null, undefined);
      if (!isUtf8(buffer))
        return done(malformed('The body is not UTF-8', '请求正文不是 UTF-8 编码'), undefined);
      const text =
        buffer[0] === 0xef ? buffer.toString('utf8').replace(/^\uFEFF/, '') : buffer.toString('utf8');
      void parseText(request, text, (error, body: unknown) => {
        if (error) return done(malformed(), undefined);
        if (depthExceeds(body, MAX_DEPTH))
          return done(malformed(`More than ${MAX_DEPTH} levels deep`, '嵌套层数过多'), undefined);
        done(null, body);
      });
    },
  );
  for (const type of streamed)
    fastify.addContentTypeParser(type, (_request, payload, done) => done(null, payload));
}

function malformed(detail?: string, detailZh?: string): Problem {
  return new Problem('malformed-json', {
    ...(detail === undefined ? {} : { detail }),
    ...(detailZh === undefined ? {} : { detailZh }),
  });
}

function depthExceeds(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((one) =>
      one !== null && typeof one === 'object' ? (Object.values(one) as unknown[]) : [],
    );
  }
  return false;
}

/** Answers carry both ids; nothing is to be cached or sniffed unless a route says otherwise. */
export function answerHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const ids = idsOf(request);
    void reply.headers({
      'x-request-id': ids.requestId,
      'x-correlation-id': ids.correlationId,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    done();
  });
}

/** Counts and times every request by its route pattern, never by its path (ids would make endless series). */
export function measureRequests(
  fastify: FastifyInstance,
  metrics: { duration: Histogram<'method' | 'route' | 'status'>; inFlight: Gauge },
): void {
  fastify.addHook('onRequest', (_request, _reply, done) => {
    metrics.inFlight.inc();
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    metrics.inFlight.dec();
    metrics.duration.observe(
      { method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    done();
  });
}

/** The body of a streamed request as it comes from the socket. */
export const isStreamedBody = (body: unknown): body is Readable => body instanceof Readable;
