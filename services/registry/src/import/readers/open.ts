import type { RawHousehold } from '../../form/raw.js';
import type { ByteSource } from './byte-source.js';
import { openCsv } from './csv.js';
import { decodeText, type Encoding } from './encoding.js';
import { columnsOf, groupRows } from './households.js';
import { checkNdjson, readNdjson } from './json.js';
import type { Table } from './table.js';
import { openXlsx } from './xlsx.js';

export const FORMATS = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type Format = keyof typeof FORMATS;

/** A file whose header has been read and found right: its households as they stand in it, in batches. */
export interface OpenFile {
  households(): AsyncGenerator<RawHousehold[]>;
}

/**
 * Opens a file of the register's form and checks what can be checked at once: that it is what it says, its header, and for
 * XLSX the sizes it unpacks to. Memory stays flat for CSV and NDJSON whatever the size; XLSX keeps its shared texts.
 * @throws FileProblem
 */
export async function openFile(format: Format, source: ByteSource, encoding: Encoding): Promise<OpenFile> {
  const text = () => decodeText(source.read(), encoding);
  switch (format) {
    case 'ndjson':
      await checkNdjson(text());
      return { households: () => readNdjson(text()) };
    case 'csv':
      return sheet(await openCsv(text));
    case 'xlsx':
      return sheet(await openXlsx(source));
  }
}

function sheet(table: Table): OpenFile {
  const columns = columnsOf(table);
  return { households: () => groupRows(table, columns) };
}
