import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import type { DestinationStream, Logger } from 'pino';
import type { MigrationInterface } from 'typeorm';
import { AllowedMethods } from './allowed-methods.js';
import {
  ConfigError,
  databaseUrlOf,
  serviceConfig,
  type Environment,
  type ServiceConfig,
  type ServiceNeeds,
} from './config.js';
import { migrate } from './database.js';
import { createLogger } from './logging.js';
import { MetricsRegistry } from './metrics.js';
import { quietly } from './nest-log.js';
import { metadataBeside, openApiDocument, type ApiInfo, type PluginMetadata } from './openapi.js';
import { answerBrokenRequest, sendProblem, toProblem } from './problem.filter.js';
import { acceptBodies, answerHeaders, idsOf, measureRequests } from './request-hooks.js';
import { ServiceModule } from './service.module.js';
import { closeOnSignals, dieLoudly, drainable, exitOnSignals, type Drain } from './shutdown.js';

export interface ServiceOptions extends ApiInfo, ServiceNeeds {
  readonly defaultPort: number;
  /** Descriptions generated from the types; `bootstrap` takes the metadata.js beside main.js when this is left out. */
  readonly metadata?: PluginMetadata;
  /** Migrations of the service's database, oldest first; those that have not run are run before anything else. */
  readonly migrations?: readonly (new () => MigrationInterface)[];
  /** Media types that routes may take as a stream (see `@AcceptsStream`). */
  readonly streamed?: readonly string[];
  /** The environment to read; the process's own by default. */
  readonly env?: Environment;
  /** Where log lines go; standard output by default. */
  readonly logTo?: DestinationStream;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly config: ServiceConfig;
  readonly logger: Logger;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Drains and closes; calling it again gives the same promise. */
  close(): Promise<void>;
}

/** Media types of a bulk import. */
export const STREAMED_TYPES = [
  'text/csv',
  'application/x-ndjson',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
] as const;

/** Thrown when the port is taken; the message names it and the variable that sets it. */
export class PortInUse extends Error {
  constructor(port: number, variable: string) {
    super(
      `Port ${port} is in use by another process. Set ${variable} to a free port, or stop that process.（端口 ${port} 已被占用）`,
    );
    this.name = 'PortInUse';
  }
}

/**
 * Starts a service and gives its application: main.ts calls this and nothing else. SIGTERM and SIGINT drain it. When it cannot
 * start (environment not usable, port in use, anything else) it says why on standard error and exits with code 1.
 * `node main.js migrate` brings the database up to date instead, which needs its address only, and exits with code 0.
 */
export async function bootstrap(
  module: Type | DynamicModule,
  options: ServiceOptions,
): Promise<NestFastifyApplication> {
  const started = exitOnSignals();
  try {
    const [, , command, ...more] = process.argv;
    if (command === 'migrate' && more.length === 0) return await migrateOnly(options);
    if (command !== undefined)
      throw new ConfigError([`unknown argument ${command}: only 'migrate' is known`]);
    const metadata = options.metadata ?? metadataBeside(pathToFileURL(process.argv[1] ?? 'main.js').href);
    const service = await startService(module, { ...options, metadata });
    dieLoudly(service.logger);
    closeOnSignals(
      { close: () => service.close() } satisfies Drain,
      service.config.shutdownTimeoutMs,
      service.logger,
    );
    started();
    return service.app;
  } catch (error) {
    const expected = error instanceof ConfigError || error instanceof PortInUse;
    const text = expected
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
    process.stderr.write(`${options.name}: ${text}\n`);
    process.exit(1);
  }
}

async function migrateOnly(options: ServiceOptions): Promise<never> {
  const url = databaseUrlOf(options.name, options.env);
  const logger = createLogger({ name: options.name, logLevel: 'info' }, options.logTo);
  await runMigrations(url, options.migrations ?? [], logger);
  logger.flush();
  process.exit(0);
}

/** Instances that start at once wait for each other; all but the first find nothing to do. */
async function runMigrations(
  url: string,
  migrations: NonNullable<ServiceOptions['migrations']>,
  logger: Logger,
): Promise<void> {
  const ran = await migrate({ url, migrations });
  logger.info({ ran }, ran.length > 0 ? 'database migrated' : 'database is up to date');
}

/**
 * Starts a service within this process: for tests, and for several services in one. Leaves signals alone and throws
 * (`ConfigError`, `PortInUse`) instead of exiting.
 */
export async function startService(
  module: Type | DynamicModule,
  options: ServiceOptions,
): Promise<RunningService> {
  const config = serviceConfig(options.name, options, options.env);
  const logger = createLogger(config, options.logTo);
  if (options.migrations) await runMigrations(config.databaseUrl, options.migrations, logger);
  const allowed = new AllowedMethods();
  const adapter = newAdapter(config, allowed, options.streamed ?? STREAMED_TYPES);
  const app = await NestFactory.create<NestFastifyApplication>(
    ServiceModule.around(module, { config, logger, allowed }),
    adapter,
    {
      bufferLogs: true,
      bodyParser: false,
      abortOnError: false,
    },
  );
  app.useLogger(quietly(app.get(NestLogger)));
  const drain = drainable(app, logger);
  measureRequests(adapter.getInstance<FastifyInstance>(), app.get(MetricsRegistry));
  try {
    await serveDocs(app, options);
    await listen(app, config);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ port }, `${options.name} listens on port ${port}`);
  return {
    app,
    config,
    logger,
    url: `http://127.0.0.1:${port}`,
    close: () => drain.close(config.shutdownTimeoutMs),
  };
}

function newAdapter(
  config: ServiceConfig,
  allowed: AllowedMethods,
  streamed: readonly string[],
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: config.bodyLimit,
    routerOptions: { maxParamLength: 256 },
    requestTimeout: 0,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket),
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, toProblem(error), idsOf(request).requestId),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  allowed.watch(fastify);
  answerHeaders(fastify);
  acceptBodies(fastify, config.bodyLimit, streamed);
  return adapter;
}

async function serveDocs(app: NestFastifyApplication, options: ServiceOptions): Promise<void> {
  const document = await openApiDocument(app, options, options.metadata);
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: `${options.title} ${options.titleZh}`,
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true },
  });
}

async function listen(app: NestFastifyApplication, config: ServiceConfig): Promise<void> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new PortInUse(config.port, config.portVariable);
    throw error;
  }
}
