import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import {
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
  type Attributes,
  type Context,
} from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { toProblem } from './problem.filter.js';
import { idsOf } from './request-hooks.js';
import { currentIds, withIds } from './request-ids.js';

const tracer = () => trace.getTracer('@fupin/service');

/**
 * Runs `work` in a span of its own. Without an OpenTelemetry SDK in the process (given by `node --import`) it only runs it.
 * Attributes must hold no personal data.
 */
export async function inSpan<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer().startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: toProblem(error).type });
      throw error;
    } finally {
      span.end();
    }
  });
}

/**
 * Headers that carry the present trace to another service or into a message: those of the SDK, or the `traceparent` that came
 * with the request. The correlation id goes with them.
 */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const ids = currentIds();
  if (ids) headers['x-correlation-id'] = ids.correlationId;
  if (ids?.traceparent) headers['traceparent'] = ids.traceparent;
  propagation.inject(context.active(), headers);
  return headers;
}

/** Gives every request its ids for code far away, and a span under the caller's trace. */
export class TracingInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = execution.switchToHttp().getRequest<FastifyRequest>();
    const ids = idsOf(request);
    const route = request.routeOptions.url ?? 'none';
    const span = tracer().startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'http.route': route,
          'fupin.correlation_id': ids.correlationId,
          'fupin.command': `${execution.getClass().name}.${execution.getHandler().name}`,
        },
      },
      parentOf(request),
    );
    return new Observable((subscriber) =>
      withIds(ids, () =>
        context.with(trace.setSpan(context.active(), span), () =>
          next.handle().subscribe({
            next: (value) => subscriber.next(value),
            error: (error) => {
              const problem = toProblem(error);
              span.setAttribute('fupin.problem', problem.type);
              if (problem.status >= 500)
                span.setStatus({ code: SpanStatusCode.ERROR, message: problem.type });
              span.end();
              subscriber.error(error);
            },
            complete: () => {
              span.end();
              subscriber.complete();
            },
          }),
        ),
      ),
    );
  }
}

/** An instrumentation of the HTTP server has made a span already, or the caller's headers name one. */
function parentOf(request: FastifyRequest): Context {
  const active = context.active();
  return trace.getSpan(active) ? active : propagation.extract(active, request.headers);
}
