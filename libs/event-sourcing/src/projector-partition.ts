import type { Fetched, IncomingMessage } from './kafka.js';
import type { PartitionOptions, PartitionStatus } from './partition-options.js';
import { BackOff, Pause, quietly } from './pause.js';
import { notifyPosition } from './position-waiters.js';
import { continues, positionOf, projectedEvent, type ProjectedEvent } from './projected-event.js';
import {
  ApplyFailed,
  CheckpointMoved,
  isSkipped,
  loadCheckpoint,
  recordStop,
  withCheckpoint,
  type Checkpoint,
} from './projector-store.js';
import { isTransient } from './transient.js';

interface Pending {
  readonly message: IncomingMessage;
  readonly event: ProjectedEvent<never>;
}

/** Brings one partition into the read model until it is stopped. */
export class PartitionProjector {
  private checkpoint: Checkpoint = { position: 0, offset: -1 };
  /** Next offset to look at, and the end of the log as last seen. */
  private next = 0;
  private end = 0;
  private lastRecordedAt: Date | undefined;
  private stopped: PartitionStatus['stopped'];
  private retrying: string | undefined;
  private ending = false;
  private replaying = false;
  private readonly pause = new Pause();
  private readonly backOff = new BackOff(50, 5000);
  private readonly finished: Promise<void>;
  private readonly labels: { schema: string; topic: string; partition: string };

  constructor(private readonly options: PartitionOptions) {
    this.labels = { schema: options.schema, topic: options.topic, partition: String(options.partition) };
    this.finished = this.run();
  }

  status(): PartitionStatus {
    const { topic, partition } = this.options;
    const lag = Math.max(0, this.end - this.next);
    return {
      topic,
      partition,
      ...this.checkpoint,
      next: this.next,
      lag,
      secondsBehind:
        lag === 0 || this.lastRecordedAt === undefined
          ? 0
          : (Date.now() - this.lastRecordedAt.getTime()) / 1000,
      ...(this.stopped && { stopped: this.stopped }),
      ...(this.retrying !== undefined && { retrying: this.retrying }),
    };
  }

  /** Ends after the transaction that runs. */
  async stop(): Promise<void> {
    this.ending = true;
    this.pause.interrupt();
    await Promise.all([this.options.reader.close(), this.finished]);
    // Another instance shows this partition from now on.
    const { projectorPosition, projectorLagEvents, projectorLagSeconds, projectorStopped } =
      this.options.metrics;
    for (const gauge of [projectorPosition, projectorLagEvents, projectorLagSeconds, projectorStopped]) {
      gauge.remove(this.labels);
    }
  }

  private async run(): Promise<void> {
    const { pool, schema, topic, partition, logger } = this.options;
    while (!this.ending) {
      try {
        this.setStopped(undefined);
        this.checkpoint = await loadCheckpoint(pool, schema, topic, partition);
        await this.follow();
      } catch (error) {
        if (this.ending) return;
        // Whatever failed, it may have been committed all the same: begin again from what the database says.
        const waitMs = this.backOff.ms();
        this.showLag();
        if (error instanceof CheckpointMoved) {
          logger.info(
            { topic, partition, schema },
            'the checkpoint was moved by another projector or a rebuild, reloading',
          );
        } else {
          this.retrying = error instanceof Error ? error.message : String(error);
          logger.warn(
            { err: error, topic, partition, schema, waitMs },
            'projector interrupted, trying again',
          );
        }
        await this.pause.wait(waitMs);
      }
    }
  }

  /** Reads on from the checkpoint, the next fetch running while a batch is applied. */
  private async follow(): Promise<void> {
    let fetching = quietly(this.locate());
    let last: IncomingMessage | undefined;
    while (!this.ending) {
      const fetched = await fetching;
      if (fetched.outcome === 'outOfRange') {
        if (this.next === 0)
          throw new Error('the topic no longer holds its beginning: the read model would be incomplete');
        fetching = quietly(this.locate());
        last = undefined;
        continue;
      }
      this.end = fetched.endOffset;
      this.retrying = undefined;
      const [first] = fetched.messages;
      if (first === undefined) {
        this.showLag();
        fetching = quietly(this.fetch(this.next));
        continue;
      }
      if (first.offset !== this.next || (last !== undefined && !continues(last, first))) {
        // A new writer, or another log under the same name with as many messages: look whether it is still ours.
        fetching = quietly(this.locate());
        last = undefined;
        continue;
      }
      const end = fetched.messages.at(-1) ?? first;
      // A fetch does not cross the end of a log segment. When it brought the anchor alone, the next message may be of
      // another writer and the log is ours all the same; to look again would bring the same answer for ever.
      last = end.offset === this.checkpoint.offset ? undefined : end;
      fetching = quietly(this.fetch(end.offset + 1));
      await this.project(fetched.messages);
      this.next = end.offset + 1;
      this.options.onProgress(this.next);
      this.showLag();
    }
  }

  private fetch(offset: number): Promise<Fetched> {
    return this.options.reader.fetch(offset, { maxBytes: this.options.maxBytes });
  }

  /**
   * Finds where to read on: the message at the checkpoint's offset must carry the checkpoint's position. If it does
   * not, the topic was recreated; then all of it is read again and the position decides what is new.
   */
  private async locate(): Promise<Fetched> {
    const { topic, partition, logger } = this.options;
    const { offset, position } = this.checkpoint;
    this.replaying = false;
    this.next = Math.max(0, offset);
    const fetched = await this.fetch(this.next);
    if (offset < 0) return fetched;
    if (fetched.outcome === 'messages') {
      const [first] = fetched.messages;
      if (first?.offset === offset && positionOf(first) === position) return fetched;
      if (first === undefined && fetched.endOffset > offset)
        throw new Error(`no message at offset ${offset}`);
    }
    logger.warn(
      { topic, partition, offset, position },
      'another log under the same name: reading it from the beginning',
    );
    this.replaying = true;
    this.next = 0;
    return this.fetch(0);
  }

  private async project(messages: readonly IncomingMessage[]): Promise<void> {
    const [projection] = this.options.projections;
    if (projection === undefined) return;
    let batch: Pending[] = [];
    let high = this.checkpoint.position;
    for (const message of messages) {
      const position = positionOf(message);
      if (position !== undefined && position <= high) {
        if (this.replaying && position === this.checkpoint.position) await this.anchor(message.offset);
        continue;
      }
      try {
        if (position === undefined) throw new Error('no header fupin_position');
        batch.push({ message, event: projectedEvent(message, position, projection, this.options) });
        high = position;
      } catch (error) {
        await this.applyAll(batch);
        batch = [];
        await this.stopAt(message, position, error);
        if (this.ending) return;
        high = this.checkpoint.position;
      }
    }
    await this.applyAll(batch);
  }

  /** The recreated topic's copy of the last applied event: from here on the checkpoint fits the new log. */
  private async anchor(offset: number): Promise<void> {
    const to = { position: this.checkpoint.position, offset };
    await withCheckpoint(
      this.options.pool,
      this.options.schema,
      this.options,
      this.checkpoint,
      to,
      async () => undefined,
    );
    this.checkpoint = to;
    this.replaying = false;
  }

  private async applyAll(batch: readonly Pending[]): Promise<void> {
    for (let from = 0; from < batch.length && !this.ending; from += this.options.maxEvents) {
      await this.apply(batch.slice(from, from + this.options.maxEvents));
    }
  }

  private async apply(batch: readonly Pending[]): Promise<void> {
    const last = batch.at(-1);
    if (last === undefined || this.ending) return;
    try {
      await this.commit(batch, last);
    } catch (error) {
      if (!(error instanceof ApplyFailed)) throw error;
      if (isTransient(error.cause)) throw error.cause;
      if (batch.length === 1) {
        if ((await this.stopAt(last.message, last.event.position, error.cause, true)) === 'again')
          await this.apply(batch);
        return;
      }
      // Smaller pieces find the one at fault and let the good ones before it in.
      const half = batch.length >> 1;
      await this.apply(batch.slice(0, half));
      await this.apply(batch.slice(half));
    }
  }

  private async commit(batch: readonly Pending[], last: Pending): Promise<void> {
    const { pool, schema, topic, projections, metrics, fast } = this.options;
    const to = { position: last.event.position, offset: last.message.offset };
    const end = metrics.projectorApplySeconds.startTimer({ schema, topic });
    const events = batch.map(({ event }) => event);
    await withCheckpoint(
      pool,
      schema,
      this.options,
      this.checkpoint,
      to,
      async (tx) => {
        for (const projection of projections) await projection.apply(tx, events);
      },
      fast,
    );
    end();
    this.checkpoint = to;
    this.replaying = false;
    this.lastRecordedAt = last.event.recordedAt;
    this.backOff.reset();
    metrics.projectorEvents.inc({ schema, topic }, batch.length);
    metrics.projectorPosition.set(this.labels, to.position);
    notifyPosition(pool, schema, this.options, to.position);
  }

  /** Holds the partition at a message until an operator skips it or its checkpoint moves. What `mayPass`, because the
   * database and not the message refused it, is tried again every 30 s. */
  private async stopAt(
    message: IncomingMessage,
    position: number | undefined,
    error: unknown,
    mayPass = false,
  ): Promise<'skipped' | 'again'> {
    const { pool, schema, topic, partition, logger } = this.options;
    const { offset } = message;
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const place = { topic, partition, offset, position };
    if (!(await isSkipped(pool, schema, place))) {
      this.setStopped({ offset, ...(position !== undefined && { position }), reason, since: new Date() });
      logger.error(
        { err: error, schema, ...place },
        'a message stops its partition until it is skipped by an operator',
      );
      await recordStop(pool, schema, this.options, { offset, position, reason });
      for (let waited = 0; !(await isSkipped(pool, schema, place)); waited++) {
        if (this.ending) return 'skipped';
        if (mayPass && waited === 60) return 'again';
        await this.pause.wait(500);
        const now = await loadCheckpoint(pool, schema, topic, partition);
        if (now.position !== this.checkpoint.position) throw new CheckpointMoved();
      }
    }
    logger.warn({ schema, ...place }, 'message skipped by an operator');
    if (position !== undefined && position > this.checkpoint.position) {
      const to = { position, offset };
      await withCheckpoint(pool, schema, this.options, this.checkpoint, to, async () => undefined);
      this.checkpoint = to;
      notifyPosition(pool, schema, this.options, to.position);
    }
    this.setStopped(undefined);
    return 'skipped';
  }

  private setStopped(stopped: PartitionStatus['stopped']): void {
    this.stopped = stopped;
    this.options.metrics.projectorStopped.set(this.labels, stopped === undefined ? 0 : 1);
  }

  private showLag(): void {
    const { lag, secondsBehind } = this.status();
    this.options.metrics.projectorLagEvents.set(this.labels, lag);
    this.options.metrics.projectorLagSeconds.set(this.labels, secondsBehind);
  }
}
