import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import {
  ClaimTaken,
  CommandOutdated,
  CommandRefused,
  IdempotencyKeyReused,
  StoreUnavailable,
  VersionMismatch,
  type Refusal,
} from '@fupin/event-sourcing';
import { ruleQuote } from '@fupin/policy';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PinoLogger } from 'nestjs-pino';
import { AllowedMethods } from './allowed-methods.js';
import { Problem, type ProblemItem } from './problem.js';
import { typeOfStatus } from './problem-types.js';
import { idsOf } from './request-hooks.js';

/** Turns whatever was thrown into problem+json. What nobody expected is logged and answered without its inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: PinoLogger,
    private readonly allowed: AllowedMethods,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem =
      request.is404 && !(thrown instanceof Problem) ? this.unmatched(request) : toProblem(thrown);
    if (problem.status >= 500) {
      const cause = thrown instanceof Problem ? (thrown.cause ?? thrown) : thrown;
      this.logger.error({ err: cause, problem: problem.type }, 'request failed');
    }
    // Bytes already on the wire cannot be taken back: cut the connection, so that the client sees the answer is not whole.
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy();
    sendProblem(reply, problem, idsOf(request).requestId);
  }

  private unmatched(request: FastifyRequest): Problem {
    const methods = this.allowed.of(request.url);
    if (methods.length === 0)
      return new Problem('not-found', {
        detail: 'There is nothing at this address',
        detailZh: '该地址不存在',
      });
    return new Problem('method-not-allowed', {
      detail: `Allowed here: ${methods.join(', ')}`,
      detailZh: `此处仅支持：${methods.join('、')}`,
      headers: { allow: methods.join(', ') },
    });
  }
}

/** Answers with the problem; also for errors that Fastify meets before any route is known. */
export function sendProblem(reply: FastifyReply, problem: Problem, requestId: string): void {
  void reply
    .status(problem.status)
    .headers(problem.details.headers ?? {})
    .type('application/problem+json; charset=utf-8')
    .serializer((body) => JSON.stringify(body))
    .send({ ...problem.toJSON(), requestId });
}

/** Answers what is not even HTTP: Fastify has no request or reply for it yet. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(new Problem(typeOfStatus(status), { status }));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

/** The problem that stands for an error of ours, of the store's, of Nest's or of Fastify's; 500 for all others. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof CommandRefused) return refused(thrown.reasons);
  if (thrown instanceof VersionMismatch)
    return new Problem('version-mismatch', {
      field: 'If-Match',
      detail: `Version ${thrown.expected} was expected, it is ${thrown.actual} now: read it again and decide anew`,
      detailZh: `提交依据的版本为 ${thrown.expected}，现为 ${thrown.actual}，请重新读取`,
    });
  if (thrown instanceof CommandOutdated)
    return new Problem('version-mismatch', {
      detail: 'What the request rests on is being changed at the same time: send it again',
      detailZh: '所依据的数据正被同时修改，请重新提交',
    });
  if (thrown instanceof ClaimTaken)
    return new Problem('claim-taken', {
      detail: `The ${claimKind(thrown.key)} belongs to another record already`,
      detailZh: '该对象已登记在其他记录中',
    });
  if (thrown instanceof IdempotencyKeyReused)
    return new Problem('idempotency-key-reused', { field: 'Idempotency-Key' });
  if (thrown instanceof StoreUnavailable) return unavailable(thrown);
  // Nest wraps Fastify's own errors, with the original as the cause.
  if (thrown instanceof HttpException)
    return ofFastify(thrown.cause) ?? ofStatus(thrown.getStatus(), thrown.message);
  return ofFastify(thrown) ?? new Problem('internal-error');
}

function unavailable(cause: Error): Problem {
  const problem = new Problem('unavailable', {
    detail: 'The database does not answer; repeat the request with the same Idempotency-Key',
    detailZh: '数据库暂时无法访问，请使用相同的幂等键重试',
    headers: { 'retry-after': '2' },
  });
  problem.cause = cause;
  return problem;
}

function refused(reasons: readonly Refusal[]): Problem {
  const errors = reasons.map((reason): ProblemItem => {
    const quote = reason.ruleId === undefined ? undefined : quoteOf(reason.ruleId);
    return {
      ...(reason.field === undefined ? {} : { field: reason.field }),
      code: reason.code,
      detail: reason.message,
      ...(reason.messageZh === undefined ? {} : { detailZh: reason.messageZh }),
      ...(reason.ruleId === undefined ? {} : { ruleId: reason.ruleId }),
      ...(quote === undefined ? {} : { quote }),
    };
  });
  const [first] = errors;
  if (!first) return new Problem('refused');
  const { code, ...rest } = first;
  if (errors.length === 1) return new Problem(code, { ...rest, errors });
  return new Problem('several-reasons', {
    detail: errors.map((one) => one.detail).join('; '),
    detailZh: errors.map((one) => one.detailZh ?? one.detail).join('；'),
    errors,
  });
}

function quoteOf(ruleId: string): string | undefined {
  try {
    return ruleQuote(ruleId);
  } catch {
    return undefined;
  }
}

/** `person` of `person:<hash>`: the hash itself stays inside. */
const claimKind = (key: string): string => key.split(':', 1)[0] ?? 'key';

function ofStatus(status: number, detail?: string): Problem {
  const type = typeOfStatus(status);
  return new Problem(type, { status, ...(detail === undefined || status >= 500 ? {} : { detail }) });
}

function ofFastify(thrown: unknown): Problem | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  if (typeof code !== 'string' || typeof statusCode !== 'number' || statusCode < 400) return undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Problem('body-too-large', {
        detail: 'Send many records as a file to a bulk import instead',
        detailZh: '大量数据请改用批量导入',
        headers: { connection: 'close' },
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Problem('unsupported-media-type', {
        detail: 'application/json is expected',
        detailZh: '须为 application/json',
      });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new Problem('malformed-json');
    default:
      return ofStatus(statusCode);
  }
}
