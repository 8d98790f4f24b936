import { randomBytes } from 'node:crypto';

/** What holds wherever the broker runs: one node, topics made by hand and kept for ever, no waiting for a group. */
export const COMMON_SETTINGS: Readonly<Record<string, string>> = {
  'auto.create.topics.enable': 'false',
  'log.retention.ms': '-1',
  'log.retention.bytes': '-1',
  'group.initial.rebalance.delay.ms': '0',
  'offsets.topic.replication.factor': '1',
  'offsets.topic.num.partitions': '5',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'transaction.state.log.num.partitions': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'share.coordinator.state.topic.num.partitions': '1',
  // After a crash the broker waits until its former self is given up.
  'broker.session.timeout.ms': '5000',
  'broker.heartbeat.interval.ms': '1000',
  'log.cleaner.dedupe.buffer.size': '16777216',
};

/** Kafka writes a cluster id as 16 bytes in base64url; it refuses one that begins with a dash. */
export function newClusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? newClusterId() : id;
}
