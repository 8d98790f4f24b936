import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { Problem } from './problem.js';

/** One page of a list: `next` is the cursor of the page after it and absent on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** What a cursor holds: the sort key of the last row given. */
export type Keyset = readonly (string | number | boolean | null)[];

/** Query parameters of every list. Extend it with the list's own filters. */
export class PageQuery {
  @ApiPropertyOptional({
    description: 'How many items at most / 每页条数',
    default: 50,
    minimum: 1,
    maximum: 500,
    type: 'integer',
    example: 50,
  })
  @IsOptional()
  @Convert(() => Number)
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'The `next` of the page before / 上一页返回的 next' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  cursor?: string;
}

/** An opaque cursor (base64url of JSON) for the rows after this sort key. */
export const encodeCursor = (keyset: Keyset): string =>
  Buffer.from(JSON.stringify(keyset)).toString('base64url');

/**
 * The sort key in a cursor; undefined without a cursor. `types` says what it must hold, in order ('?' allows null too).
 * Throws the 400 problem `malformed-request` when the cursor is not one of this list: its parts go into SQL as parameters only.
 */
export function decodeCursor(
  cursor: string | undefined,
  types: readonly ('string' | 'number' | 'boolean' | 'string?' | 'number?')[],
): Keyset | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const keyset = parse(cursor);
  const fits =
    Array.isArray(keyset) &&
    keyset.length === types.length &&
    types.every((type, at) => {
      const part: unknown = keyset[at];
      return (part === null && type.endsWith('?')) || typeof part === type.replace('?', '');
    });
  if (!fits)
    throw new Problem('malformed-request', {
      field: 'cursor',
      detail: 'The cursor is not one that this list has given',
      detailZh: '分页标记无效',
    });
  return keyset as Keyset;
}

/**
 * A page out of `limit + 1` rows: ask the database for one more than wanted, and whether it came tells if there is a next page.
 * `keyOf` gives the sort key of a row, in the order of the query's ORDER BY.
 */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Keyset,
  toItem: (row: Row) => T,
): Page<T> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: kept.map(toItem), ...(more ? { next: encodeCursor(keyOf(last)) } : {}) };
}

/** Documents an answer that is a page of `item`. */
export const ApiPage = (item: Type<unknown>, description = 'One page'): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description,
      schema: {
        type: 'object',
        required: ['items'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          next: {
            type: 'string',
            description: 'Cursor of the next page; absent on the last',
            example: 'WyIyMDE4LTA2LTMwIiw0Ml0',
          },
        },
      },
    }),
  );

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
