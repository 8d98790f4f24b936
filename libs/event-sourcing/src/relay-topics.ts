import type { Topic } from '@fupin/contracts';
import type { Logger } from 'pino';
import type { Acknowledgement, Kafka, OutgoingMessage } from './kafka.js';
import type { EventMetrics } from './metrics.js';
import { positionOf } from './projected-event.js';
import {
  loadTopicCheckpoints,
  saveTopicCheckpoints,
  storeEnd,
  type Queries,
  type TopicCheckpoint,
} from './relay-store.js';

/** The store knows fewer events than Kafka: an older copy of the database was put in its place. */
export class StoreBehindKafka extends Error {}

/** How far each topic is, and whether it is still the topic that it was. */
export class RelayTopics {
  private readonly topics: readonly Topic[];
  private checkpoints = new Map<string, TopicCheckpoint>();
  private failure: unknown;

  constructor(
    private readonly streamTopics: ReadonlyMap<string, Topic>,
    private readonly kafka: Kafka,
    private readonly metrics: EventMetrics,
    private readonly logger: Logger,
  ) {
    this.topics = [...new Map([...streamTopics.values()].map((topic) => [topic.name, topic])).values()];
  }

  async load(client: Queries): Promise<void> {
    this.failure = undefined;
    this.checkpoints = await loadTopicCheckpoints(
      client,
      this.topics.map(({ name }) => name),
    );
  }

  /** Position of the topic that is furthest. */
  front(): number {
    return Math.max(0, ...[...this.checkpoints.values()].map(({ position }) => position));
  }

  /** A topic that is behind the others because it is new or was recreated. */
  behind(): { name: string; position: number; streamTypes: string[] } | undefined {
    const front = this.front();
    for (const [name, { position }] of this.checkpoints) {
      if (position === front) continue;
      const streamTypes = [...this.streamTopics]
        .filter(([, topic]) => topic.name === name)
        .map(([type]) => type);
      return { name, position, streamTypes };
    }
    return undefined;
  }

  /** Moves the topics that stand at `from`; one that turned out to be recreated meanwhile stays at 0. */
  advance(from: number, to: number, only?: string): void {
    for (const [topic, checkpoint] of this.checkpoints) {
      if (checkpoint.position !== from || (only !== undefined && only !== topic)) continue;
      checkpoint.position = to;
      this.metrics.relayPosition.set({ topic }, to);
    }
  }

  /** Writes the checkpoints without waiting; a failure shows at the next call. */
  save(client: Queries): void {
    if (this.failure !== undefined) throw this.failure as Error;
    saveTopicCheckpoints(client, this.checkpoints).catch((error: unknown) => (this.failure = error));
  }

  /** Takes note of where Kafka put the messages of a batch. */
  acknowledged(
    batches: ReadonlyMap<string, readonly OutgoingMessage[]>,
    places: readonly Acknowledgement[],
  ): void {
    const counts = new Map<string, number>();
    for (const [topic, messages] of batches) {
      this.metrics.relayEvents.inc({ topic }, messages.length);
      for (const { partition } of messages) {
        const key = `${topic}/${partition}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    for (const { topic, partition, baseOffset } of places) {
      const checkpoint = this.checkpoints.get(topic);
      if (checkpoint === undefined || baseOffset === undefined) continue;
      if (baseOffset < (checkpoint.endOffsets[partition] ?? 0)) this.recreated(topic, checkpoint);
      checkpoint.endOffsets[partition] = baseOffset + (counts.get(`${topic}/${partition}`) ?? 0);
    }
  }

  /** The id of a topic as last checked. */
  idOf(topic: string): string {
    const id = this.checkpoints.get(topic)?.topicId;
    if (id === undefined) throw new Error(`topic ${topic} was not looked at yet`);
    return id;
  }

  /** Makes missing topics and finds those that others deleted, made again or emptied. */
  async check(): Promise<void> {
    await this.kafka.createTopics(this.topics);
    for (const { name, partitions } of this.topics) {
      const id = await this.kafka.topicId(name);
      const ends = await this.kafka.endOffsets(name);
      const checkpoint = this.checkpoints.get(name);
      if (checkpoint === undefined) continue;
      if (checkpoint.topicId !== undefined && checkpoint.topicId !== id) this.recreated(name, checkpoint);
      checkpoint.topicId = id;
      const unknown = checkpoint.endOffsets.length === 0;
      for (let partition = 0; partition < partitions; partition++) {
        const end = ends[partition] ?? 0;
        if (end < (checkpoint.endOffsets[partition] ?? 0)) this.recreated(name, checkpoint);
        checkpoint.endOffsets[partition] = end;
      }
      if (unknown && ends.every((end) => end === 0)) this.recreated(name, checkpoint);
    }
  }

  /**
   * Looks whether the last message of every partition is in the store.
   * @throws StoreBehindKafka when it is not: positions would be given twice, and projectors would drop new events.
   */
  async compareEnds(client: Queries): Promise<void> {
    const { position: end } = await storeEnd(client);
    const partitions = [...this.checkpoints].flatMap(([topic, { endOffsets }]) =>
      endOffsets.map((endOffset, partition) => ({ topic, partition, endOffset })),
    );
    await Promise.all(
      partitions.map(async ({ topic, partition, endOffset }) => {
        if (endOffset === 0) return;
        const reader = this.kafka.reader(topic, partition);
        try {
          const fetched = await reader.fetch(endOffset - 1);
          const message = fetched.outcome === 'messages' ? fetched.messages[0] : undefined;
          const position = message === undefined ? 0 : (positionOf(message) ?? 0);
          if (position > end) {
            throw new StoreBehindKafka(
              `${topic}/${partition} has the event of position ${position}, the store ends at ${end}: was an older copy of the database restored?`,
            );
          }
        } finally {
          await reader.close();
        }
      }),
    );
  }

  private recreated(topic: string, checkpoint: TopicCheckpoint): void {
    checkpoint.endOffsets.fill(0);
    if (checkpoint.position === 0) return;
    this.logger.warn(
      { topic, position: checkpoint.position },
      'the topic was recreated, or lost its end: sending all its events again',
    );
    checkpoint.position = 0;
  }
}
