import type { Topic } from '@fupin/contracts';
import type { Logger } from 'pino';

export interface KafkaOptions {
  /** `host:port`, several separated by commas. */
  readonly brokers: string | readonly string[];
  readonly clientId?: string;
  readonly logger?: Logger;
  /** How long a request may take, ms. */
  readonly requestTimeoutMs?: number;
}

export interface OutgoingMessage {
  readonly partition: number;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

export interface TopicMessages {
  readonly topic: string;
  /** Which topic of that name: once it is deleted and made again, nothing gets into the new one. */
  readonly topicId: string;
  readonly messages: readonly OutgoingMessage[];
}

export interface Acknowledgement {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first message sent to that partition; undefined when the broker cannot tell. */
  readonly baseOffset: number | undefined;
}

export interface Producer {
  /**
   * Sends and waits for the acknowledgement of all replicas. After a failure it is unknown what arrived: send the
   * same again (the next call uses a new producer id, because the old one's sequence numbers are in doubt).
   */
  send(batches: readonly TopicMessages[]): Promise<Acknowledgement[]>;
  close(): Promise<void>;
}

export interface IncomingMessage {
  readonly offset: number;
  /** Stream id. */
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Who wrote the message, and its number in that writer's sequence for the partition: tells one log from another. */
  readonly writer: string;
  readonly sequence: number;
}

export type Fetched =
  | {
      readonly outcome: 'messages';
      readonly messages: readonly IncomingMessage[];
      readonly endOffset: number;
    }
  /** The log begins later or ends earlier than the wanted offset. */
  | { readonly outcome: 'outOfRange' };

/** Reads one partition from any offset, without a consumer group. */
export interface PartitionReader {
  fetch(offset: number, options?: { maxBytes?: number; maxWaitMs?: number }): Promise<Fetched>;
  close(): Promise<void>;
}

/** A place in a consumer group: which partitions are ours. The group decides nothing else. */
export interface Membership {
  /** Tells the group's offsets, for the tools that show lag; failures are ignored. */
  report(topic: string, partition: number, nextOffset: number): void;
  leave(): Promise<void>;
}

export interface Kafka {
  /** Creates what is missing, keeping everything for ever. Throws when a topic exists with another number of partitions. */
  createTopics(topics: readonly Topic[]): Promise<void>;
  /** Deletes a topic with all it holds; the relay makes and fills it again. For tests and emergencies. */
  deleteTopic(topic: string): Promise<void>;
  /** The id of the topic that has this name now. */
  topicId(topic: string): Promise<string>;
  /** Next offset of every partition, indexed by partition. */
  endOffsets(topic: string): Promise<number[]>;
  producer(): Producer;
  reader(topic: string, partition: number): PartitionReader;
  join(options: {
    groupId: string;
    topics: readonly string[];
    sessionTimeoutMs?: number;
    onAssigned: (assignment: ReadonlyMap<string, readonly number[]>) => void;
  }): Membership;
  /** Every message of the topic as it stands now, partition by partition, in order. */
  readTopic(topic: Topic): AsyncGenerator<IncomingMessage & { partition: number }>;
  close(): Promise<void>;
}
