import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What follows a request through logs, events and calls to others. */
export interface RequestIds {
  /** Given by this service, one per request. */
  readonly requestId: string;
  /** Given by the caller (`X-Correlation-Id`, else the trace of `traceparent`), or the request's own id. */
  readonly correlationId: string;
  /** W3C trace context as it came in, when it is well formed. */
  readonly traceparent?: string;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const WORD = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Reads the ids of a request. The correlation id ends up in events and logs, so one that could hold a phone or ID number
 * (eleven digits in a row, outside a UUID) is replaced rather than passed on.
 */
export function readRequestIds(headers: IncomingHttpHeaders): RequestIds {
  const requestId = randomUUID();
  const trace = single(headers['traceparent']);
  const traceId = trace === undefined ? undefined : TRACEPARENT.exec(trace)?.[1];
  const given = single(headers['x-correlation-id']);
  const harmless = given !== undefined && (UUID.test(given) || (WORD.test(given) && !/\d{11}/.test(given)));
  const usable = traceId !== undefined && !/^0+$/.test(traceId);
  return {
    requestId,
    correlationId: harmless ? given : usable ? traceId : requestId,
    ...(usable && trace !== undefined ? { traceparent: trace } : {}),
  };
}

const current = new AsyncLocalStorage<RequestIds>();

/** The ids of the request being served, if any: for log lines and calls far from the controller. */
export const currentIds = (): RequestIds | undefined => current.getStore();

/** Runs `work` as part of that request (also for consumers that act on behalf of an event). */
export const withIds = <T>(ids: RequestIds, work: () => T): T => current.run(ids, work);

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}
