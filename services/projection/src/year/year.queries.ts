import type { BusinessDate, RegionCode } from '@fupin/domain';
import { ancestorsOf } from '@fupin/domain';
import type { Pool } from 'pg';
import type { Placed, PlaceKey } from '../figure-events/places.js';
import { itemsIn, villagesOf } from '../figure-events/places.js';
import { ALL_CAUSES } from '../roll-up/roll-up.table.js';
import { lateChanges } from './changes.js';
import type { LateChange } from './changes.js';

/** The closing of a year of a region (年度封库). */
export interface Closing {
  readonly region: RegionCode;
  readonly year: number;
  /** The published figures are those known at the end of this day. */
  readonly knownOn: BusinessDate;
  readonly recordedAt: Date;
  readonly eventId: string;
}

/**
 * The closings that bind a region, one for each closed year: its own or that of a region it lies in, the first one when there
 * are several, since the figures stand from then on.
 */
export async function closingsOver(
  pool: Pool,
  region: RegionCode,
  year?: number,
): Promise<readonly Closing[]> {
  const { rows } = await pool.query<Closing>(
    `SELECT DISTINCT ON (year) region, year, known_on::text AS "knownOn", recorded_at AS "recordedAt",
       stream_id || ':' || version AS "eventId"
     FROM read_model.year_closing WHERE region = ANY ($1) AND ($2::int IS NULL OR year = $2)
     ORDER BY year, known_on, region`,
    [ancestorsOf(region), year ?? null],
  );
  return rows;
}

/** The events recorded after a closing that changed its figures in a region, by village and household, after a key. */
export function changesSince(
  pool: Pool,
  closing: Closing,
  region: RegionCode,
  after?: PlaceKey,
): AsyncGenerator<Placed<LateChange>> {
  const children = async (parent: RegionCode) => {
    const { rows } = await pool.query<{ region: RegionCode }>(
      `SELECT DISTINCT region FROM read_model.region_day
       WHERE parent = $1 AND cause = $2 AND occurred_on <= $3 AND known_on > $4`,
      [parent, ALL_CAUSES, `${closing.year}-12-31`, closing.knownOn],
    );
    return rows.map((row) => row.region);
  };
  return itemsIn(pool, villagesOf(region, children, after?.[0]), after, (at) =>
    lateChanges(closing, region, at),
  );
}
