import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { Logger } from 'pino';
import { AllowedMethods } from './allowed-methods.js';
import { AuthGuard } from './auth.guard.js';
import { ServiceConfig } from './config.js';
import { HealthController, ReadinessChecks } from './health.js';
import { LOGGER, loggingModule } from './logging.js';
import { MetricsController, MetricsRegistry } from './metrics.js';
import { ProblemFilter } from './problem.filter.js';
import { StreamGuard } from './stream.guard.js';
import { TracingInterceptor } from './tracing.js';
import { validationPipe } from './validation.js';

/** Everything that all services do alike, around the service's own module. Made by `bootstrap`. */
@Global()
@Module({})
export class ServiceModule {
  static around(
    app: Type | DynamicModule,
    parts: { config: ServiceConfig; logger: Logger; allowed: AllowedMethods },
  ): DynamicModule {
    return {
      module: ServiceModule,
      imports: [loggingModule(parts.logger), app],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: ServiceConfig, useValue: parts.config },
        { provide: AllowedMethods, useValue: parts.allowed },
        { provide: LOGGER, useValue: parts.logger },
        MetricsRegistry,
        ReadinessChecks,
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_GUARD, useClass: StreamGuard },
        { provide: APP_INTERCEPTOR, useClass: TracingInterceptor },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
      exports: [ServiceConfig, LOGGER, MetricsRegistry, ReadinessChecks],
    };
  }
}
