/** A file that can be read more than once and from any place: the spooled upload, or bytes in memory. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `start` up to, not including, `end` (the whole file when left out), in pieces. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** A byte source over memory, in pieces as a spool would give them. */
export function bytesInMemory(bytes: Uint8Array, piece = 65_536): ByteSource {
  return {
    size: bytes.length,
    async *read(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece));
    },
  };
}
