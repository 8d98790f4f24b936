import { crc32, deflateRawSync } from 'node:zlib';

/** One part of a zip file; `size` is what the directory claims it unpacks to. */
export interface Part {
  readonly name: string;
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc?: number;
}

/** A zip file of deflated parts, whatever its directory may claim: for the tests of the reader. */
export function storedZip(parts: readonly Part[]): Uint8Array {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, packed, size, crc = 0 } of parts) {
    const path = Buffer.from(name);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(crc, 14);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(size, 22);
    head.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(size, 24);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(offset, 42);
    files.push(head, path, Buffer.from(packed));
    directory.push(entry, path);
    offset += head.length + path.length + packed.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, list, end]);
}

const part = (name: string, text: string): Part => {
  const bytes = Buffer.from(text);
  return { name, packed: deflateRawSync(bytes), size: bytes.length, crc: crc32(bytes) };
};

/** An XLSX file whose first sheet holds the given rows; parts of it broken where a test asks for it. */
export function xlsxOf(
  rows: string,
  strings = '',
  broken: { cut?: boolean; second?: string; sheet?: { packed: Uint8Array; size: number } } = {},
): Uint8Array {
  const sheet = (content: string) => part('', `<worksheet><sheetData>${content}</sheetData></worksheet>`);
  const first = broken.cut ? part('', `<worksheet><sheetData>${rows}`) : sheet(rows);
  const ids = broken.second === undefined ? [1] : [1, 2];
  return storedZip([
    part(
      'xl/workbook.xml',
      `<workbook><sheets>${ids.map((id) => `<sheet name="s${id}" sheetId="${id}" r:id="r${id}"/>`).join('')}</sheets></workbook>`,
    ),
    part(
      'xl/_rels/workbook.xml.rels',
      `<Relationships>${ids.map((id) => `<Relationship Id="r${id}" Target="worksheets/sheet${id}.xml"/>`).join('')}</Relationships>`,
    ),
    ...(strings ? [part('xl/sharedStrings.xml', `<sst>${strings}</sst>`)] : []),
    { ...first, ...broken.sheet, name: 'xl/worksheets/sheet1.xml' },
    ...(broken.second === undefined ? [] : [{ ...sheet(broken.second), name: 'xl/worksheets/sheet2.xml' }]),
  ]);
}

/** A cell with inline text. */
export const cellXml = (row: number, column: number, text: string): string =>
  `<c r="${String.fromCharCode(65 + column)}${row}" t="inlineStr"><is><t>${text}</t></is></c>`;
