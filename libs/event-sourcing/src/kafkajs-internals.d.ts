// The parts of kafkajs that it does not declare: its cluster can fetch from an offset without a consumer group.
declare module 'kafkajs/src/cluster/index.js' {
  import type { KafkaMessage } from 'kafkajs';
  export default class Cluster {
    constructor(options: Record<string, unknown>);
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    addTargetTopic(topic: string): Promise<void>;
    refreshMetadataIfNecessary(): Promise<void>;
    findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
    findBroker(options: { nodeId: string }): Promise<{
      fetch(options: {
        maxWaitTime: number;
        minBytes: number;
        maxBytes: number;
        topics: {
          topic: string;
          partitions: { partition: number; fetchOffset: string; maxBytes: number }[];
        }[];
      }): Promise<{
        responses: { partitions: { highWatermark: string; messages: KafkaMessage[] }[] }[];
      }>;
    }>;
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function socketFactory(): unknown;
}
