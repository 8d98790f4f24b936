import type { Topic } from '@fupin/contracts';
import type pg from 'pg';
import { pino, type Logger } from 'pino';
import { partitionOf, type Kafka, type OutgoingMessage, type Producer } from './kafka.js';
import { eventMetrics, type EventMetrics } from './metrics.js';
import { BackOff, Pause } from './pause.js';
import {
  endSilentLeader,
  oneAtATime,
  readEvents,
  readEventsOf,
  storeEnd,
  tryLead,
  type Queries,
  type RelayedEvent,
} from './relay-store.js';
import { RelayTopics, StoreBehindKafka } from './relay-topics.js';

export interface RelayOptions {
  /** The store's database; one connection is kept while this process leads. */
  readonly pool: pg.Pool;
  /** The store of this process: its flushes wake the relay before the next poll. */
  readonly store?: { onFlush(listener: () => void): () => void };
  readonly kafka: Kafka;
  /** Topic of each stream type that the store may hold. */
  readonly streamTopics: ReadonlyMap<string, Topic>;
  /** CloudEvents source, for example `/fupin/registry`. */
  readonly source: string;
  readonly metrics?: EventMetrics;
  readonly logger?: Logger;
  /** How often the store is asked while events flow, ms. */
  readonly pollMs?: number;
  /** The same when nothing has happened for a second. */
  readonly idlePollMs?: number;
  /** Events sent at once; larger batches drain faster and take more memory. */
  readonly batchSize?: number;
  /** A leader that is silent for so long is replaced, s. */
  readonly silentLeaderSeconds?: number;
}

export interface RelayStatus {
  readonly leader: boolean;
  /** Store position up to which Kafka has acknowledged. */
  readonly position: number;
  readonly lagEvents: number;
  /** Age of the oldest event that Kafka does not have. */
  readonly lagSeconds: number;
  /** What is being retried just now, for example a broker that is away. */
  readonly retrying?: string;
}

export interface Relay {
  stop(): Promise<void>;
  status(): RelayStatus;
}

const TOPIC_CHECK_MS = 5000;

/**
 * Carries the store's events to Kafka, keyed by stream. At least once; first occurrences are in order of position.
 * Start it in every instance: one leads for each database, the others stand by.
 */
export function startRelay(options: RelayOptions): Relay {
  const relay = new RunningRelay(options);
  return { stop: () => relay.stop(), status: () => relay.status() };
}

class RunningRelay {
  private readonly logger: Logger;
  private readonly metrics: EventMetrics;
  private readonly topics: RelayTopics;
  /** Between polls: a flush of the store ends it. */
  private readonly pause = new Pause();
  /** After failures and while standing by: only the end of the relay ends it. */
  private readonly hold = new Pause();
  private readonly backOff = new BackOff(50, 3000);
  private readonly unsubscribe: (() => void) | undefined;
  private readonly finished: Promise<void>;
  private ending = false;
  private leader = false;
  private retrying: string | undefined;
  private lag = { events: 0, seconds: 0 };
  private lagAskedAt = 0;
  private topicsCheckedAt = 0;

  constructor(private readonly options: RelayOptions) {
    this.logger = options.logger ?? pino({ level: 'silent' });
    this.metrics = options.metrics ?? eventMetrics();
    this.topics = new RelayTopics(options.streamTopics, options.kafka, this.metrics, this.logger);
    this.unsubscribe = options.store?.onFlush(() => this.pause.interrupt());
    this.finished = this.run();
  }

  status(): RelayStatus {
    return {
      leader: this.leader,
      position: this.topics.front(),
      lagEvents: this.lag.events,
      lagSeconds: this.lag.seconds,
      ...(this.retrying !== undefined && { retrying: this.retrying }),
    };
  }

  async stop(): Promise<void> {
    this.ending = true;
    this.unsubscribe?.();
    this.pause.interrupt();
    this.hold.interrupt();
    await this.finished;
  }

  private async run(): Promise<void> {
    while (!this.ending) {
      let client: pg.PoolClient | undefined;
      const onError = () => this.pause.interrupt();
      try {
        client = await this.options.pool.connect();
        client.on('error', onError);
        if ((await tryLead(client)) || (await this.standBy(client))) await this.lead(client);
      } catch (error) {
        await this.failed('store', error);
      } finally {
        this.setLeader(false);
        // Never back into the pool: closing the connection is what gives the lock away.
        client?.release(true);
      }
    }
  }

  private async standBy(client: pg.PoolClient): Promise<boolean> {
    this.retrying = undefined;
    for (let waited = 1; !this.ending; waited++) {
      await this.hold.wait(250);
      if (await tryLead(client)) return true;
      if (waited % 8 === 0 && (await endSilentLeader(client, this.silence())) > 0) {
        this.logger.warn('the relay that led was silent, its session was ended');
      }
    }
    return false;
  }

  private async lead(connection: pg.PoolClient): Promise<void> {
    const client = oneAtATime(connection);
    // A sign of life while Kafka keeps us waiting; a process that is paused gives none.
    const alive = setInterval(
      () => void client.query('select 1').catch(() => undefined),
      Math.min(1000, this.silence() * 250),
    );
    const producer = this.options.kafka.producer();
    try {
      await this.topics.load(client);
      this.topicsCheckedAt = 0;
      this.setLeader(true);
      this.logger.info({ position: this.topics.front() }, 'relay leads');
      let compared = false;
      while (!this.ending) {
        try {
          await this.checkTopics();
          if (!compared) await inKafka(() => this.topics.compareEnds(client));
          compared = true;
          await this.forward(client, producer);
        } catch (error) {
          if (!(error instanceof KafkaFailed)) throw error;
          // The checkpoint stands where Kafka last acknowledged. Look at the topics before going on.
          this.topicsCheckedAt = 0;
          await this.failed('kafka', error.cause);
          await client.query('select 1'); // is the connection, and with it the lead, still ours?
        }
      }
    } finally {
      clearInterval(alive);
      await producer.close();
    }
  }

  /** Sends what there is until something fails or the relay ends. The next batch is read while one is sent. */
  private async forward(client: Queries, producer: Producer): Promise<void> {
    const size = this.options.batchSize ?? 400;
    let ahead: { after: number; events: Promise<RelayedEvent[]> } | undefined;
    let active = 0;
    while (!this.ending) {
      await this.checkTopics();
      const behind = this.topics.behind();
      if (behind !== undefined) {
        await this.fill(client, producer, behind, size);
        continue;
      }
      const from = this.topics.front();
      const events = await (ahead?.after === from ? ahead.events : readEvents(client, from, size));
      ahead = undefined;
      await this.showLag(client, from, events, size);
      const last = events.at(-1);
      if (last === undefined) {
        this.retrying = undefined;
        const { pollMs = 5, idlePollMs = 20 } = this.options;
        await this.pause.wait(Date.now() - active < 1000 ? pollMs : idlePollMs);
        continue;
      }
      if (events.length === size) {
        ahead = { after: last.position, events: readEvents(client, last.position, size) };
        ahead.events.catch(() => undefined);
      }
      await this.send(producer, events);
      this.topics.advance(from, last.position);
      this.topics.save(client);
      active = Date.now();
    }
  }

  /** One batch for a topic that is behind the others because it is new or was recreated. */
  private async fill(
    client: Queries,
    producer: Producer,
    topic: { name: string; position: number; streamTypes: string[] },
    size: number,
  ): Promise<void> {
    const upTo = this.topics.front();
    const events = await readEventsOf(client, topic.streamTypes, topic.position, upTo, size);
    if (events.length > 0) await this.send(producer, events);
    this.topics.advance(
      topic.position,
      events.length < size ? upTo : (events.at(-1)?.position ?? upTo),
      topic.name,
    );
    this.topics.save(client);
  }

  private async send(producer: Producer, events: readonly RelayedEvent[]): Promise<void> {
    const batches = new Map<string, OutgoingMessage[]>();
    for (const event of events) {
      const topic = this.options.streamTopics.get(event.streamType);
      if (topic === undefined) {
        throw new Error(
          `position ${event.position} is of the unknown stream type ${event.streamType}: newer relay needed`,
        );
      }
      let batch = batches.get(topic.name);
      if (batch === undefined) batches.set(topic.name, (batch = []));
      batch.push(this.message(event, topic));
    }
    const places = await inKafka(() =>
      producer.send(
        [...batches].map(([topic, messages]) => ({ topic, topicId: this.topics.idOf(topic), messages })),
      ),
    );
    this.topics.acknowledged(batches, places);
    this.backOff.reset();
    this.retrying = undefined;
  }

  private message(event: RelayedEvent, topic: Topic): OutgoingMessage {
    return {
      partition: partitionOf(event.streamId, topic.partitions),
      key: event.streamId,
      value: event.payload,
      timestamp: Math.floor(event.recordedAt),
      headers: {
        ce_id: `${event.streamId}:${event.version}`,
        ce_source: this.options.source,
        ce_specversion: '1.0',
        ce_type: `${topic.name}.${event.type}`,
        fupin_position: String(event.position),
      },
    };
  }

  private async checkTopics(): Promise<void> {
    if (Date.now() - this.topicsCheckedAt < TOPIC_CHECK_MS) return;
    await inKafka(() => this.topics.check());
    this.topicsCheckedAt = Date.now();
  }

  private async showLag(
    client: Queries,
    from: number,
    events: readonly RelayedEvent[],
    size: number,
  ): Promise<void> {
    const now = Date.now();
    const [oldest] = events;
    if (events.length < size) this.lag.events = events.length;
    else if (now - this.lagAskedAt > 1000) {
      this.lagAskedAt = now;
      this.lag.events = (await storeEnd(client)).position - from;
    }
    this.lag.seconds = oldest === undefined ? 0 : Math.max(0, now - oldest.recordedAt) / 1000;
    this.metrics.relayLagEvents.set(this.lag.events);
    this.metrics.relayLagSeconds.set(this.lag.seconds);
  }

  private silence(): number {
    return this.options.silentLeaderSeconds ?? 10;
  }

  private setLeader(leader: boolean): void {
    this.leader = leader;
    this.metrics.relayLeader.set(leader ? 1 : 0);
  }

  private async failed(stage: 'store' | 'kafka', error: unknown): Promise<void> {
    if (this.ending) return;
    this.retrying = `${stage}: ${error instanceof Error ? error.message : String(error)}`;
    this.metrics.relayFailures.inc({ stage });
    const waitMs = this.backOff.ms();
    this.logger.warn({ err: error, stage, waitMs }, 'relay interrupted, trying again');
    await this.hold.wait(waitMs);
  }
}

/** Kafka did not do what was asked: back off and send again, while keeping the lead. */
class KafkaFailed extends Error {}

async function inKafka<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreBehindKafka) throw error;
    throw new KafkaFailed('Kafka', { cause: error });
  }
}
