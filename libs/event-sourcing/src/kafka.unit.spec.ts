import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { partitionOf } from './kafka.js';

describe('partitionOf', () => {
  const theirs = kafkajs.Partitioners.DefaultPartitioner();
  const kafkas = (key: string, partitions: number) =>
    theirs({
      topic: 't',
      message: { key, value: null },
      partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [],
        isr: [],
      })),
    });

  it('is that of Kafka, for every length of key', () => {
    for (let length = 0; length < 40; length++) {
      const key = 'abcdefghijklmnopqrstuvwxyz贫困户0123456789'.slice(0, length);
      expect(partitionOf(key, 12)).toBe(kafkas(key, 12));
    }
  });

  it('is that of Kafka for stream ids, and uses every partition', () => {
    const used = new Set<number>();
    for (let i = 0; i < 500; i++) {
      const id = randomUUID();
      expect(partitionOf(id, 6)).toBe(kafkas(id, 6));
      used.add(partitionOf(id, 6));
    }
    expect(used.size).toBe(6);
  });
});
