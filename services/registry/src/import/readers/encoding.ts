import { TextDecoder } from 'node:util';
import { FileProblem } from './table.js';

export type Encoding = 'utf-8' | 'gb18030';

/**
 * Finds out how a text is encoded while its bytes stream by: valid UTF-8 (with or without byte order mark) is UTF-8, anything
 * else that is valid GB 18030 (GBK and GB 2312 are parts of it) is that. Costs one decoding; nothing is kept.
 */
export class EncodingDetector {
  private utf8: TextDecoder | undefined = new TextDecoder('utf-8', { fatal: true });
  private gb18030: TextDecoder | undefined = new TextDecoder('gb18030', { fatal: true });
  private sawHighByte = false;

  push(bytes: Uint8Array): void {
    if (!this.sawHighByte) this.sawHighByte = bytes.some((b) => b > 0x7f);
    this.utf8 = decodes(this.utf8, bytes, true);
    // ASCII is the same in both, and valid UTF-8 wins: the second decoder only runs from the first other byte on.
    if (this.sawHighByte) this.gb18030 = decodes(this.gb18030, bytes, true);
  }

  /** @throws FileProblem when the bytes are neither */
  end(): Encoding {
    if (decodes(this.utf8, new Uint8Array(), false)) return 'utf-8';
    if (decodes(this.gb18030, new Uint8Array(), false)) return 'gb18030';
    throw new FileProblem(
      'encoding-unknown',
      'the file is neither UTF-8 nor GB 18030 (GBK) text',
      '文件既不是UTF-8也不是GB18030（GBK）编码的文本',
    );
  }
}

function decodes(
  decoder: TextDecoder | undefined,
  bytes: Uint8Array,
  stream: boolean,
): TextDecoder | undefined {
  try {
    decoder?.decode(bytes, { stream });
    return decoder;
  } catch {
    return undefined;
  }
}

/** Decodes a stream of bytes chunk by chunk; a byte order mark is dropped. */
export async function* decodeText(
  source: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const bytes of source) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FileProblem(
      'encoding-broken',
      `the text is not valid ${encoding}`,
      `文本不是有效的${encoding}编码`,
    );
  }
}
