import { Readable } from 'node:stream';
import { SaxesParser } from 'saxes';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { ByteSource } from './byte-source.js';
import { FileProblem, LIMITS } from './table.js';

/** An XLSX file as a checked zip directory: nothing in it unpacks to more than the limits. */
export interface XlsxPackage {
  /** Text of a part in pieces; undefined when the package does not have it. */
  part(name: string): AsyncIterable<string> | undefined;
  /** Path of the one sheet that has cells. */
  readonly sheet: string;
  close(): void;
}

class SourceReader extends yauzl.RandomAccessReader {
  constructor(private readonly source: ByteSource) {
    super();
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.source.read(start, end), { objectMode: false });
  }
}

const broken = () =>
  new FileProblem(
    'xlsx-broken',
    'the file is not a complete XLSX file',
    '文件不是完整的XLSX文件（可能未传完或已损坏）',
  );
const bomb = (detail: string) =>
  new FileProblem('xlsx-too-large', `the file unpacks to too much: ${detail}`, '文件解压后过大，已拒绝');

/** Opens an XLSX file, checks its directory and finds its sheet. @throws FileProblem */
export async function openPackage(source: ByteSource): Promise<XlsxPackage> {
  let zip: ZipFile;
  const entries = new Map<string, Entry>();
  try {
    zip = await yauzl.fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      lazyEntries: true,
      autoClose: false,
      validateEntrySizes: true,
    });
    if (zip.entryCount > LIMITS.xlsxEntries) throw bomb(`${zip.entryCount} entries`);
    for await (const entry of zip.eachEntry()) {
      checkSizes(entry);
      entries.set(entry.fileName.replace(/^\//, ''), entry);
    }
  } catch (error) {
    throw error instanceof FileProblem ? error : broken();
  }
  const part = (name: string) => {
    const entry = entries.get(name);
    return entry && unpack(zip, entry);
  };
  try {
    return { part, sheet: await findSheet(part), close: () => zip.close() };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function checkSizes(entry: Entry): void {
  const { uncompressedSize: size, compressedSize } = entry;
  const most = entry.fileName.startsWith('xl/worksheets/') ? LIMITS.xlsxSheetBytes : LIMITS.xlsxStringsBytes;
  if (size > most) throw bomb(`${entry.fileName} ${Math.round(size / 1024 ** 2)} MB`);
  if (size > 10 * 1024 ** 2 && size > compressedSize * LIMITS.xlsxRatio) {
    throw bomb(`${entry.fileName} is packed more than ${LIMITS.xlsxRatio} times`);
  }
  if (entry.isEncrypted()) {
    throw new FileProblem(
      'xlsx-encrypted',
      'the file is protected by a password',
      '文件设有密码，请取消密码后重新上传',
    );
  }
}

/** The text of an entry; a stream that does not keep what the directory says ends in a problem. */
async function* unpack(zip: ZipFile, entry: Entry): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of await zip.openReadStreamPromise(entry))
      yield decoder.decode(bytes as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof FileProblem ? error : broken();
  }
}

async function findSheet(part: XlsxPackage['part']): Promise<string> {
  const workbook = part('xl/workbook.xml');
  const relations = part('xl/_rels/workbook.xml.rels');
  if (!workbook || !relations) throw broken();
  const sheets: string[] = [];
  let is1904 = false;
  await parseXml(workbook, {
    open(name, attributes) {
      if (name === 'sheet') sheets.push(attributes['r:id'] ?? '');
      if (name === 'workbookPr') is1904 = /^(1|true)$/.test(attributes['date1904'] ?? '');
    },
  });
  const targets = new Map<string, string>();
  await parseXml(relations, {
    open(name, attributes) {
      const target = attributes['Target'] ?? '';
      if (name === 'Relationship')
        targets.set(attributes['Id'] ?? '', target.startsWith('/') ? target.slice(1) : `xl/${target}`);
    },
  });
  if (is1904) {
    throw new FileProblem(
      'xlsx-date-1904',
      'workbooks that count dates from 1904 are not read',
      '不支持1904日期系统的工作簿，请改为1900日期系统',
    );
  }
  const filled: string[] = [];
  for (const id of sheets) {
    const name = targets.get(id) ?? '';
    const text = part(name);
    if (text && (await hasCells(text))) filled.push(name);
  }
  if (filled.length > 1)
    throw new FileProblem('xlsx-several-sheets', 'only one sheet may be filled', '只能有一个工作表有内容');
  const only = filled[0];
  if (only === undefined) throw new FileProblem('file-empty', 'the file has no rows', '文件没有内容');
  return only;
}

async function hasCells(text: AsyncIterable<string>): Promise<boolean> {
  let start = '';
  for await (const piece of text) {
    start += piece;
    if (/<(?:\w+:)?(?:v|is|f)[ />]/.test(start)) return true;
    if (start.length > 1_048_576) return true;
  }
  return false;
}

export interface XmlHandlers {
  open(name: string, attributes: Record<string, string>): void;
  close?(name: string): void;
  text?(text: string): void;
  /** Called after each piece; true ends the parsing. */
  piece?(): boolean;
}

/** Longest stretch without a tag that is fed to the parser, which would keep all of it. */
const MOST_UNBROKEN = 262_144;

/** Feeds XML to the handlers; element names come without their prefix. @throws FileProblem for XML that is broken or cut off */
export async function parseXml(source: AsyncIterable<string>, handlers: XmlHandlers): Promise<void> {
  for await (const _ of parseXmlPieces(source, handlers));
}

/** As {@link parseXml}, giving the caller a turn after each piece of the source. */
export async function* parseXmlPieces(
  source: AsyncIterable<string>,
  handlers: XmlHandlers,
): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let sinceEvent = 0;
  const plain = (name: string) => name.slice(name.indexOf(':') + 1);
  parser.on('error', () => {
    throw broken();
  });
  parser.on('opentag', (tag) => {
    sinceEvent = 0;
    handlers.open(plain(tag.name), tag.attributes);
  });
  parser.on('closetag', (tag) => {
    sinceEvent = 0;
    handlers.close?.(plain(tag.name));
  });
  parser.on('text', (text) => handlers.text?.(text));
  for await (const text of source) {
    sinceEvent += text.length;
    parser.write(text);
    if (sinceEvent > MOST_UNBROKEN) throw bomb('a single cell of more than 256 KB');
    yield;
  }
  parser.close();
}
