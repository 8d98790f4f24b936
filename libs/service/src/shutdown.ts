import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { ReadinessChecks } from './health.js';

/** Ends a service without breaking off what it is doing. */
export interface Drain {
  /** Stops accepting connections, waits for the requests in flight (at most `timeoutMs`), then closes the application. */
  close(timeoutMs: number): Promise<void>;
}

/** Counts the requests in flight from now on. Call it before the application listens. */
export function drainable(app: NestFastifyApplication, logger: Logger): Drain {
  const fastify = app.getHttpAdapter().getInstance();
  const inFlight = new Map<ServerResponse, IncomingMessage>();
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;
  fastify.addHook('onRequest', (request, reply, done) => {
    inFlight.set(reply.raw, request.raw);
    if (closing) void reply.header('connection', 'close');
    // 'close' comes once for every answer, also when the client goes away before it is written.
    reply.raw.once('close', () => {
      inFlight.delete(reply.raw);
      if (inFlight.size === 0) idle?.();
    });
    done();
  });
  const run = async (timeoutMs: number): Promise<void> => {
    app.get(ReadinessChecks).drain();
    fastify.server.close();
    fastify.server.closeIdleConnections();
    // Event streams have no end of their own; their clients connect again elsewhere.
    for (const [response, request] of inFlight)
      if (request.headers.accept?.includes('text/event-stream')) response.destroy();
    if (inFlight.size > 0) {
      logger.info({ inFlight: inFlight.size }, 'waiting for requests in flight');
      await Promise.race([
        new Promise<void>((resolve) => (idle = resolve)),
        new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]);
    }
    if (inFlight.size > 0) {
      logger.warn({ inFlight: inFlight.size, timeoutMs }, 'requests cut off');
      fastify.server.closeAllConnections();
    }
    await app.close();
  };
  return { close: (timeoutMs) => (closing ??= run(timeoutMs)) };
}

/** npm and the terminal may both pass on one Ctrl-C; only a later one means that somebody is out of patience. */
const SAME_SIGNAL_MS = 1_000;

/** SIGTERM and SIGINT drain and exit with 0; a second Ctrl-C exits at once. */
export function closeOnSignals(drain: Drain, timeoutMs: number, logger: Logger): void {
  let asked: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked !== undefined) {
      if (signal === 'SIGINT' && Date.now() - asked > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    asked = Date.now();
    logger.info({ signal }, 'shutting down');
    drain.close(timeoutMs).then(
      () => exit(logger, 0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not shut down cleanly');
        exit(logger, 1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * SIGTERM and SIGINT end a process that has not started yet: as the first process of a container it would not hear them
 * otherwise. Gives the function to call when it has started.
 */
export function exitOnSignals(): () => void {
  const onTerm = (): never => process.exit(143);
  const onInterrupt = (): never => process.exit(130);
  process.on('SIGTERM', onTerm);
  process.on('SIGINT', onInterrupt);
  return () => {
    process.off('SIGTERM', onTerm);
    process.off('SIGINT', onInterrupt);
  };
}

/** What nobody caught ends the process, as ever, but as a JSON line without personal data. */
export function dieLoudly(logger: Logger): void {
  const die = (error: unknown): void => {
    logger.fatal({ err: error }, 'uncaught error');
    exit(logger, 1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}

function exit(logger: Logger, code: number): void {
  logger.flush(() => process.exit(code));
}
