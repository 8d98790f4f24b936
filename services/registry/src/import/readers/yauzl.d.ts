/** The part of yauzl 3.4 that is used here; the package itself has no types. */
declare module 'yauzl' {
  import type { Readable } from 'node:stream';

  export class RandomAccessReader {
    /** To be overridden: the bytes from `start` up to, not including, `end`. */
    _readStreamForRange(start: number, end: number): Readable;
  }
  export interface Entry {
    readonly fileName: string;
    readonly compressedSize: number;
    readonly uncompressedSize: number;
    canDecodeFileData(): boolean;
    isEncrypted(): boolean;
  }
  export interface ZipFile {
    readonly entryCount: number;
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<Readable>;
    close(): void;
  }
  export function fromRandomAccessReaderPromise(
    reader: RandomAccessReader,
    totalSize: number,
    options: {
      lazyEntries?: boolean;
      autoClose?: boolean;
      validateEntrySizes?: boolean;
      decodeStrings?: boolean;
    },
  ): Promise<ZipFile>;
}
