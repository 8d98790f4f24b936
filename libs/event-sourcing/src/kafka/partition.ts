/**
 * The partition of a stream: Kafka's own default (murmur2 of the key), so that a producer in any language that keys
 * by stream id finds the same one. It is computed here because the answer to a command names the partition before
 * anything was sent.
 */
export function partitionOf(streamId: string, partitions: number): number {
  return (murmur2(Buffer.from(streamId, 'utf8')) & 0x7fffffff) % partitions;
}

// Kafka's Utils.murmur2, with 32-bit arithmetic.
function murmur2(data: Buffer): number {
  const M = 0x5bd1e995;
  const { length } = data;
  let h = 0x9747b28c ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    let k = Math.imul(data.readInt32LE(i * 4), M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) h ^= (data[words * 4 + i] ?? 0) << (8 * i);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}
