import { Counter, Gauge, Histogram, register, type Registry } from 'prom-client';

/** What the pipeline shows of itself: how far each stage is behind the one before it. */
export interface EventMetrics {
  readonly relayLeader: Gauge;
  readonly relayPosition: Gauge<'topic'>;
  readonly relayLagEvents: Gauge;
  readonly relayLagSeconds: Gauge;
  readonly relayEvents: Counter<'topic'>;
  readonly relayFailures: Counter<'stage'>;
  readonly projectorPosition: Gauge<Partition>;
  readonly projectorLagEvents: Gauge<Partition>;
  readonly projectorLagSeconds: Gauge<Partition>;
  readonly projectorStopped: Gauge<Partition>;
  readonly projectorEvents: Counter<'schema' | 'topic'>;
  readonly projectorApplySeconds: Histogram<'schema' | 'topic'>;
}

type Partition = 'schema' | 'topic' | 'partition';

const made = new WeakMap<Registry, EventMetrics>();

/** The metrics in a registry (the default one when left out); asked again it gives the same ones. */
export function eventMetrics(registry: Registry = register): EventMetrics {
  const known = made.get(registry);
  if (known !== undefined) return known;
  const registers = [registry];
  const partition: Partition[] = ['schema', 'topic', 'partition'];
  const topic: ('schema' | 'topic')[] = ['schema', 'topic'];
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge<L>({ name: `fupin_${name}`, help, labelNames, registers });
  const metrics: EventMetrics = {
    relayLeader: gauge('relay_leader', '1 when this process relays, 0 when it stands by'),
    relayPosition: gauge('relay_position', 'Store position up to which Kafka has acknowledged', ['topic']),
    relayLagEvents: gauge('relay_lag_events', 'Events in the store that Kafka does not have yet'),
    relayLagSeconds: gauge('relay_lag_seconds', 'Age of the oldest event that Kafka does not have yet'),
    relayEvents: new Counter({
      name: 'fupin_relay_events_total',
      help: 'Events acknowledged by Kafka, repetitions included',
      labelNames: ['topic'],
      registers,
    }),
    relayFailures: new Counter({
      name: 'fupin_relay_failures_total',
      help: 'Attempts that failed and were repeated',
      labelNames: ['stage'],
      registers,
    }),
    projectorPosition: gauge(
      'projector_position',
      'Store position of the last event in the read model',
      partition,
    ),
    projectorLagEvents: gauge(
      'projector_lag_events',
      'Messages in the partition not yet in the read model',
      partition,
    ),
    projectorLagSeconds: gauge(
      'projector_lag_seconds',
      'Time since the last applied event was recorded, 0 when nothing is waiting',
      partition,
    ),
    projectorStopped: gauge('projector_stopped', '1 when a message stopped the partition', partition),
    projectorEvents: new Counter({
      name: 'fupin_projector_events_total',
      help: 'Events applied to the read model',
      labelNames: topic,
      registers,
    }),
    projectorApplySeconds: new Histogram({
      name: 'fupin_projector_apply_seconds',
      help: 'Time of one read-model transaction',
      labelNames: topic,
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
  };
  made.set(registry, metrics);
  return metrics;
}
