import { createRequire } from 'node:module';
import type { KafkaMessage, Logger } from 'kafkajs';

// kafkajs has no manual assignment in its public interface, and encodes slowly; its cluster class can do both. The
// version is pinned and the project has stopped, so the inside does not move any more.
const internals = createRequire(import.meta.url);
const Cluster = internals('kafkajs/src/cluster') as new (options: Record<string, unknown>) => Cluster;
const socketFactory = internals('kafkajs/src/network/socketFactory') as () => unknown;
const protocol = internals('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };

/** The connections to a Kafka cluster, one to each broker. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  /** Partitions by the node id of their leader. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Record<string, number[]>;
  findBroker(options: { nodeId: string }): Promise<Broker>;
}

export interface Broker {
  fetch(options: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { partitions: { highWatermark: string; messages: KafkaMessage[] }[] }[] }>;
  initProducerId(options: {
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  /** By API key. */
  readonly versions?: Readonly<Record<number, { readonly maxVersion: number }>>;
  readonly connectionPool: {
    send<T>(call: {
      request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<Encoded> };
      response: { decode(payload: Buffer): Promise<T>; parse(decoded: T): Promise<T> };
      requestTimeout: number;
    }): Promise<T>;
  };
}

/** A request as kafkajs's connection takes it. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export interface ClusterOptions {
  readonly clientId: string;
  readonly brokers: string[];
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly retry: Record<string, number>;
  readonly logger: Logger;
}

export function openCluster(options: ClusterOptions): Cluster {
  return new Cluster({
    ...options,
    socketFactory: socketFactory(),
    enforceRequestTimeout: true,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    isolationLevel: 0,
    metadataMaxAge: 60_000,
  });
}

/** The error of a code in a broker's answer; its `type` is Kafka's name for it. */
export const kafkaError = (code: number): Error => protocol.createErrorFromCode(code);
