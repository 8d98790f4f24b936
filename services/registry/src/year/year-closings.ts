import { Injectable } from '@nestjs/common';
import { ancestorsOf, type BusinessDate, type RegionCode } from '@fupin/domain';
import type { Attachment } from '@fupin/event-sourcing';
import { Pool } from 'pg';
import { closingKey, type ClosedYears } from './closed-years.js';
import { yearStreamId } from './year.stream.js';

/** How long the closings are kept in memory. */
const KEPT_MS = 2_000;

/** A closing as its table has it. */
export interface YearClosing {
  readonly region: RegionCode;
  readonly year: number;
  readonly knownOn: BusinessDate;
  readonly closedOn: BusinessDate;
  readonly streamId: string;
}

/** The row of a closing, for the append of its event. */
export const closingRow = (
  region: RegionCode,
  year: number,
  days: { readonly knownOn: BusinessDate; readonly closedOn: BusinessDate },
): Attachment => ({
  table: 'year_closings',
  row: {
    region,
    year,
    known_on: days.knownOn,
    closed_on: days.closedOn,
    stream_id: yearStreamId(region, year),
  },
});

const COLUMNS = `region, year, to_char(known_on, 'YYYY-MM-DD') "knownOn", to_char(closed_on, 'YYYY-MM-DD') "closedOn",
  stream_id "streamId"`;

/** Every closed year of every region: a few hundred rows in a province. */
export async function loadClosedYears(pool: Pool): Promise<ClosedYears> {
  const { rows } = await pool.query<YearClosing>(`SELECT ${COLUMNS} FROM year_closings`);
  return new Map(rows.map(({ region, year, knownOn }) => [closingKey(region, year), knownOn]));
}

/**
 * The closed years, for every command's date.
 *
 * They are kept for two seconds, so an instance may go on taking facts of a year for that long after another one has
 * closed it. The published figures are exact all the same, for they are those known at the end of the closing's *day*:
 * what comes in late is recorded on that day and counts among them, as does everything else of the day. A copy is never
 * carried into another day, so from the next day on, when a late fact would no longer count, every instance knows of the
 * closing. (A closing that commits in the last instants before midnight may be missed for two seconds after it; a fact
 * taken then is recorded after the day, and so stands beside the published figures like any later change.)
 */
@Injectable()
export class YearClosings {
  private kept:
    { readonly day: BusinessDate; readonly until: number; closed: Promise<ClosedYears> } | undefined;

  constructor(private readonly pool: Pool) {}

  /** The closed years as known a moment ago on this very day. */
  closedYears(today: BusinessDate): Promise<ClosedYears> {
    const now = Date.now();
    if (this.kept?.day !== today || this.kept.until <= now) {
      const closed = loadClosedYears(this.pool);
      const kept = { day: today, until: now + KEPT_MS, closed };
      this.kept = kept;
      closed.catch(() => {
        if (this.kept === kept) this.kept = undefined;
      });
    }
    return this.kept.closed;
  }

  /** To be called after a closing, so that this instance knows of it at once. */
  forget(): void {
    this.kept = undefined;
  }

  /** Closings that hold for a region, its own and wider ones', the latest year first, from the one after `after`. */
  async of(
    region: RegionCode,
    after: { readonly year: number; readonly region: RegionCode } | undefined,
    limit: number,
  ): Promise<YearClosing[]> {
    const { rows } = await this.pool.query<YearClosing>(
      `SELECT ${COLUMNS} FROM year_closings
       WHERE region = ANY($1) AND ($2::numeric IS NULL OR year < $2::numeric OR (year = $2::numeric AND region > $3))
       ORDER BY year DESC, region LIMIT $4`,
      [ancestorsOf(region), after?.year ?? null, after?.region ?? null, limit],
    );
    return rows;
  }
}
