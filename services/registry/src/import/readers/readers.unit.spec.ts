import { deflateRawSync } from 'node:zlib';
import {
  COLUMN_KEYS,
  EXAMPLE_ROWS,
  FORM_COLUMNS,
  writeFormCsv,
  writeFormXlsx,
  type ColumnKey,
  type FormRow,
} from '@fupin/domain/register-form';
import fc from 'fast-check';
import type { RawHousehold } from '../../form/raw.js';
import { bytesInMemory } from './byte-source.js';
import { EncodingDetector, type Encoding } from './encoding.js';
import { openFile, type Format } from './open.js';
import { FileProblem } from './table.js';
import { cellXml, storedZip, xlsxOf } from './xlsx.fixture.js';

const HEADER = '户编号,行政村代码,户属性,主要致贫原因,姓名,证件号码,与户主关系';
const utf8 = (text: string) => new TextEncoder().encode(text);

async function read(
  format: Format,
  bytes: Uint8Array,
  encoding: Encoding = 'utf-8',
  piece = 65_536,
): Promise<RawHousehold[]> {
  const file = await openFile(format, bytesInMemory(bytes, piece), encoding);
  const all: RawHousehold[] = [];
  for await (const batch of file.households()) all.push(...batch);
  return all;
}
const csv = (text: string, piece?: number) => read('csv', utf8(text), 'utf-8', piece);
const names = (households: RawHousehold[]) => households.map((h) => h.rows.map((r) => r.cells.name));
async function problem(work: Promise<unknown>): Promise<FileProblem> {
  const error: unknown = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof FileProblem)) throw new Error(`no file problem: ${String(error)}`);
  return error;
}

describe('encoding', () => {
  const detect = (bytes: Uint8Array, piece: number) => {
    const detector = new EncodingDetector();
    for (let at = 0; at < bytes.length; at += piece) detector.push(bytes.subarray(at, at + piece));
    return detector.end();
  };
  // 覃国安·𠮷 in GBK and GB 18030 (the last one takes four bytes).
  const gb = Uint8Array.from([0xf1, 0xfb, 0xb9, 0xfa, 0xb0, 0xb2, 0xa1, 0xa4, 0x95, 0x34, 0xb2, 0x35]);

  it.each([1, 2, 3, 1000])('tells UTF-8 from GB 18030 in pieces of %i bytes', (piece) => {
    expect(detect(utf8(`${'a'.repeat(5000)}覃国安`), piece)).toBe('utf-8');
    expect(detect(Buffer.concat([utf8('a'.repeat(5000)), gb]), piece)).toBe('gb18030');
  });
  it('refuses what is neither', () => {
    expect(() => detect(Uint8Array.from([0xff, 0xfe, 0x41, 0]), 2)).toThrow(FileProblem);
  });
  it('reads a CSV file in GBK, rare characters kept', async () => {
    const header = Buffer.from([]);
    const households = await read(
      'csv',
      Buffer.concat([
        header,
        utf8('householdNo,villageCode,householdKind,mainCause,name,idNumber,relation\n1,2,3,4,'),
        gb,
        utf8(',5,6\n'),
      ]),
      'gb18030',
    );
    expect(names(households)).toEqual([['覃国安·𠮷']]);
  });
});

describe('CSV', () => {
  it('reads a byte order mark, CRLF, quotes, commas and line breaks within them', async () => {
    const text = `\uFEFF${HEADER}\r\n1,v,k,c,"a ""b"", c",9,x\r\n\r\n2,v,k,c,"two\r\nlines",9,x`;
    for (const piece of [1, 7, 65_536]) {
      const households = await csv(text, piece);
      expect(names(households)).toEqual([['a "b", c'], ['two\nlines']]);
      expect(households.map((h) => h.line)).toEqual([2, 4]);
    }
  });
  it('names the line of a stray quote and reads the next one', async () => {
    const households = await csv(
      `${HEADER}\n1,v,k,c,ok,9,x\n2,v,k,c,st"ray,9,x\n3,v,k,c,fine,9,x\n4,v,k,c,good,9,x\n`,
    );
    const errors = households.flatMap((h) => h.errors.map((e) => [e.line, e.code]));
    expect(errors).toContainEqual([3, 'quote-broken']);
    expect(names(households)).toContainEqual(['good']);
    expect(households.find((h) => h.rows[0]?.cells.name === 'good')?.errors).toEqual([]);
  });
  it('refuses the households beside a line that could not be read, for either may lack a member', async () => {
    const households = await csv(`${HEADER}\n1,v,k,c,a,9,x\n1,v,k,c,"b,9,x\n2,v,k,c,c,9,x\n3,v,k,c,d,9,x\n`);
    expect(households.map((h) => h.errors.map((e) => e.code))).toEqual([
      ['quote-not-closed', 'neighbour-unreadable'],
      ['neighbour-unreadable'],
      [],
    ]);
  });
  it('an unclosed quote costs its line only, also at the end of the file', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i},v,k,c,n${i},9,x`);
    rows[5] = '5,v,k,c,"n5,9,x';
    rows[29] = '29,v,k,c,"n29,9,x';
    const households = await csv(`${HEADER}\n${rows.join('\n')}`, 50);
    expect(households.flatMap((h) => h.rows).map((r) => r.cells.householdNo)).toHaveLength(28);
    expect(
      households
        .flatMap((h) => h.errors)
        .filter((e) => e.code === 'quote-not-closed')
        .map((e) => e.line),
    ).toEqual([7, 31]);
  });
  it('does not hold a line without end', async () => {
    const households = await csv(
      `${HEADER}\n1,v,k,c,${'x'.repeat(600_000)},9,x\n2,v,k,c,ok,9,x\n3,v,k,c,ok,9,x\n`,
      4096,
    );
    expect(households.flatMap((h) => h.errors.map((e) => e.code))).toContain('line-too-long');
    expect(names(households).at(-1)).toEqual(['ok']);
  });
  it('names every missing, unknown and repeated column', async () => {
    const found = await problem(csv('户编号,姓名,姓名,生日\n'));
    expect(found.errors.map((e) => [e.code, e.field])).toEqual([
      ['column-twice', '姓名'],
      ['column-unknown', '生日'],
      ['column-missing', '行政村代码'],
      ['column-missing', '户属性'],
      ['column-missing', '主要致贫原因'],
      ['column-missing', '证件号码'],
      ['column-missing', '与户主关系'],
    ]);
    expect((await problem(csv('户编号,行政村代码,户属性,主要致贫原因,姓名,证件号码\n'))).code).toBe(
      'column-missing',
    );
  });
  it('says that an empty file is empty', async () => {
    expect((await problem(csv('\n\n'))).code).toBe('file-empty');
  });
  it('keeps rows of a household together only while they follow one another', async () => {
    const households = await csv(`${HEADER}\n1,,,,a,,\n1,,,,b,,\n2,,,,c,,\n1,,,,d,,\n`);
    expect(names(households)).toEqual([['a', 'b'], ['c'], ['d']]);
  });
  it('does not gather one endless household in memory', async () => {
    const [household] = await csv(`${HEADER}\n${'1,,,,a,,\n'.repeat(5000)}`);
    expect(household?.rows).toHaveLength(61);
  });
});

describe('NDJSON', () => {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  it('reads a household a line, the household’s columns on the head’s row wherever it stands', async () => {
    const [household] = await read(
      'ndjson',
      utf8(
        line({
          householdNo: '7',
          wage: 12.5,
          electricity: true,
          otherCauses: ['因学', '因灾'],
          members: [
            { name: 'b', relation: '配偶' },
            { name: 'a', relation: '01' },
          ],
        }),
      ),
    );
    expect(household?.rows.map((r) => r.cells)).toEqual([
      { householdNo: '7', name: 'b', relation: '配偶' },
      {
        householdNo: '7',
        name: 'a',
        relation: '01',
        wage: { number: 12.5 },
        electricity: '是',
        otherCauses: '因学;因灾',
      },
    ]);
  });
  it('names broken lines, unknown fields and odd values and goes on', async () => {
    const households = await read(
      'ndjson',
      utf8(
        `${line({ householdNo: '1', members: [{ name: { x: 1 } }], colour: 1 })}{"a":\n[]\n${line({ members: 3 })}${line({ householdNo: '2', members: [{ name: 'ok' }] })}`,
      ),
    );
    expect(households.map((h) => h.errors.map((e) => e.code))).toEqual([
      ['unknown-field'],
      ['not-an-object'],
      ['not-an-object'],
      ['not-an-object'],
      [],
    ]);
    expect(households[0]?.rows[0]?.cells.name).toEqual({ broken: 'unexpected-value' });
  });
  it('refuses a file that is no NDJSON at all', async () => {
    expect((await problem(read('ndjson', utf8(`${HEADER}\n`)))).code).toBe('not-ndjson');
  });
});

describe('XLSX', () => {
  const bytes = async (rows: FormRow[]) =>
    new Uint8Array(await new Response(writeFormXlsx(rows)).arrayBuffer());
  const header = [
    '户编号',
    '行政村代码',
    '户属性',
    '主要致贫原因',
    '姓名',
    '证件号码',
    '与户主关系',
    '工资性收入',
  ];
  const headerXml = `<row r="1">${header.map((text, i) => cellXml(1, i, text)).join('')}</row>`;

  it('reads what the template writes', async () => {
    const [household] = await read('xlsx', await bytes([...EXAMPLE_ROWS]));
    expect(household?.rows.map((r) => r.cells)).toEqual(EXAMPLE_ROWS);
  });
  it('gives numbers, shared and rich texts without their phonetics, and the address of a failed formula', async () => {
    const [household] = await read(
      'xlsx',
      xlsxOf(
        `${headerXml}<row r="3"><c r="A3"><v>17</v></c><c r="E3" t="s"><v>0</v></c><c r="F3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="G3" t="str"><f>"a"</f><v>配偶</v></c><c r="H3"><v>4.3499999999999996</v></c></row>`,
        '<si><r><t>覃</t></r><r><t>国安</t></r><rPh sb="0" eb="1"><t>qin</t></rPh></si>',
      ),
    );
    expect(household?.rows).toEqual([
      {
        line: 3,
        cells: {
          householdNo: { number: 17 },
          name: '覃国安',
          idNumber: { broken: 'formula-error', ref: 'F3' },
          relation: '配偶',
          wage: { number: 4.3499999999999996 },
        },
      },
    ]);
  });
  it('names a missing column', async () => {
    const found = await problem(read('xlsx', xlsxOf(headerXml.replace('证件号码', '备注'))));
    expect(found.errors.map((e) => e.field)).toEqual(['备注', '证件号码']);
  });
  it.each([0.3, 0.9, 0.999])('says that a file cut at %d is not complete', async (part) => {
    const whole = await bytes([...EXAMPLE_ROWS]);
    expect((await problem(read('xlsx', whole.subarray(0, Math.floor(whole.length * part))))).code).toBe(
      'xlsx-broken',
    );
  });
  it('says that a sheet cut within its XML is not complete', async () => {
    expect(
      (await problem(read('xlsx', xlsxOf(`${headerXml}<row r="2"><c r="A2"><v>1`, '', { cut: true })))).code,
    ).toBe('xlsx-broken');
  });
  it('refuses something else than XLSX', async () => {
    expect((await problem(read('xlsx', utf8('a,b\n1,2\n')))).code).toBe('xlsx-broken');
  });
  it('refuses a zip bomb by its directory, before unpacking', async () => {
    const zeros = Buffer.alloc(60 * 1024 ** 2, 0x20);
    const found = await problem(
      read(
        'xlsx',
        storedZip([{ name: 'xl/worksheets/sheet1.xml', size: zeros.length, packed: deflateRawSync(zeros) }]),
      ),
    );
    expect(found.code).toBe('xlsx-too-large');
  });
  it('stops a bomb whose directory lies about its size', async () => {
    const sheet = Buffer.from(
      `<worksheet><sheetData>${headerXml}<row r="2"><c r="E2" t="inlineStr"><is><t>${'x'.repeat(3_000_000)}`,
    );
    const files = { sheet: { packed: deflateRawSync(sheet), size: 2000 } };
    expect((await problem(read('xlsx', xlsxOf('', '', files)))).code).toBe('xlsx-broken');
  });
  it('stops at a single cell without end', async () => {
    const found = await problem(
      read(
        'xlsx',
        xlsxOf(
          `${headerXml}<row r="2"><c r="E2" t="inlineStr"><is><t>${'x'.repeat(3_000_000)}</t></is></c></row>`,
        ),
      ),
    );
    expect(found.code).toBe('xlsx-too-large');
  });
  it('a cell that is only too long is an error of its row', async () => {
    const [household] = await read(
      'xlsx',
      xlsxOf(
        `${headerXml}<row r="2"><c r="A2"><v>1</v></c><c r="E2" t="inlineStr"><is><t>${'x'.repeat(40_000)}</t></is></c></row>`,
      ),
    );
    expect(household?.rows[0]?.cells.name).toEqual({ broken: 'cell-too-long', ref: 'E2' });
  });
  it('refuses a second filled sheet and accepts empty ones', async () => {
    expect((await problem(read('xlsx', xlsxOf(headerXml, '', { second: headerXml })))).code).toBe(
      'xlsx-several-sheets',
    );
    expect(await read('xlsx', xlsxOf(headerXml, '', { second: '' }))).toEqual([]);
  });
});

describe('a row written and read again', () => {
  const text = fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .map((s) => s.replace(/\p{C}/gu, '').trim())
    .filter((s) => s !== '');
  const row: fc.Arbitrary<FormRow> = fc.record(
    Object.fromEntries(
      COLUMN_KEYS.filter((key) => key !== 'householdNo').map((key) => [key, text]),
    ) as Record<ColumnKey, fc.Arbitrary<string>>,
    { requiredKeys: ['name'] },
  );
  const rows = fc
    .array(row, { minLength: 1, maxLength: 8 })
    .map((all) => all.map((r, i) => ({ ...r, householdNo: `h${Math.floor(i / 2)}` })));
  const flat = (households: RawHousehold[]) => households.flatMap((h) => h.rows.map((r) => r.cells));

  it('is the same in CSV, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 300 }), async (all, piece) => {
        let file = '';
        for await (const part of writeFormCsv(all)) file += part;
        expect(flat(await csv(file, piece))).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });
  it('is the same in XLSX', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (all) => {
        expect(flat(await read('xlsx', await bytesOf(all)))).toEqual(all);
      }),
      { numRuns: 40 },
    );
  });
  const bytesOf = async (all: FormRow[]) =>
    new Uint8Array(await new Response(writeFormXlsx(all)).arrayBuffer());
  it('has every column of the form in the template', () => {
    expect(FORM_COLUMNS.map((c) => c.key)).toEqual([...COLUMN_KEYS]);
    expect(new Set(COLUMN_KEYS).size).toBe(COLUMN_KEYS.length);
  });
});
