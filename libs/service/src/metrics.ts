import { Controller, Get, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { Public } from './caller.js';

/** Upper bounds in seconds, from a cached read to a bulk step. */
const SECONDS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

/** The service's own Prometheus registry. Inject it to add metrics of your own (`registers: [metrics]`). */
@Injectable()
export class MetricsRegistry extends Registry {
  readonly duration: Histogram<'method' | 'route' | 'status'>;
  readonly inFlight: Gauge;

  constructor() {
    super();
    collectDefaultMetrics({ register: this });
    this.duration = new Histogram({
      name: 'fupin_http_request_duration_seconds',
      help: 'Time to answer, by method, route pattern and status',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: SECONDS,
      registers: [this],
    });
    this.inFlight = new Gauge({
      name: 'fupin_http_requests_in_flight',
      help: 'Requests being answered',
      registers: [this],
    });
  }
}

@Public()
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly registry: MetricsRegistry) {}

  @Get()
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    void reply.type(this.registry.contentType);
    return this.registry.metrics();
  }
}
