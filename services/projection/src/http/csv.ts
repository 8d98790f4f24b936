import { Readable } from 'node:stream';
import { applyDecorators, StreamableFile } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** One column: a Chinese and English header and how to take the cell from a row. */
export interface CsvColumn<Row> {
  readonly header: string;
  readonly of: (row: Row) => string | number | null | undefined;
}

/** The query parameter `format` of everything that can be exported. */
export const CsvFormat = () =>
  applyDecorators(
    ApiPropertyOptional({
      enum: ['json', 'csv'],
      description: 'csv as with Accept: text/csv; a list then holds all rows / 导出 CSV',
    }),
    IsOptional(),
    IsIn(['json', 'csv']),
  );

/** Whether the client asked for CSV, by `?format=csv` or by `Accept`. */
export function wantsCsv(request: FastifyRequest, format: 'json' | 'csv' | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  return /(^|,)\s*text\/csv\b/.test(request.headers.accept ?? '');
}

/**
 * Answers rows as CSV with CRLF and a byte-order mark, so that a spreadsheet shows the Chinese. Rows are written as they come;
 * when reading them fails the connection is cut, so that half a file is never taken for a whole one.
 */
export function csvAnswer<Row>(
  reply: FastifyReply,
  name: string,
  columns: readonly CsvColumn<Row>[],
  rows: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>,
): StreamableFile {
  async function* text() {
    yield '\ufeff' + lines([columns.map((c) => c.header)]);
    for await (const chunk of rows) yield lines(chunk.map((row) => columns.map((c) => c.of(row) ?? '')));
  }
  void reply.header('content-disposition', `attachment; filename="${name}.csv"`);
  const body = Readable.from(text(), { objectMode: false });
  body.once('error', () => reply.raw.destroy());
  return new StreamableFile(body, { type: 'text/csv; charset=utf-8' });
}

const lines = (rows: readonly (readonly (string | number)[])[]) =>
  stringify(rows as (string | number)[][], { record_delimiter: 'windows', escape_formulas: true });
