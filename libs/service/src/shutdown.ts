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
  let inFlight = 0;
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;
  fastify.addHook('onRequest', (_request, reply, done) => {
    inFlight++;
    if (closing) void reply.header('connection', 'close');
    // 'close' comes once for every answer, also when the client goes away before it is written.
    reply.raw.once('close', () => {
      inFlight--;
      if (inFlight === 0) idle?.();
    });
    done();
  });
  const run = async (timeoutMs: number): Promise<void> => {
    app.get(ReadinessChecks).drain();
    fastify.server.close();
    fastify.server.closeIdleConnections();
    if (inFlight > 0) {
      logger.info({ inFlight }, 'waiting for requests in flight');
      await Promise.race([
        new Promise<void>((resolve) => (idle = resolve)),
        new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref()),
      ]);
    }
    if (inFlight > 0) {
      logger.warn({ inFlight, timeoutMs }, 'requests cut off');
      fastify.server.closeAllConnections();
    }
    await app.close();
  };
  return { close: (timeoutMs) => (closing ??= run(timeoutMs)) };
}

/** SIGTERM and SIGINT drain and exit with 0; a second one exits at once. */
export function closeOnSignals(drain: Drain, timeoutMs: number, logger: Logger): void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
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

function exit(logger: Logger, code: number): void {
  logger.flush(() => process.exit(code));
}
