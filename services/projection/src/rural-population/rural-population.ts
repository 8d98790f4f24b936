import type { RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';

/** Rural population of a region in a year, entered from a named source. Reference data: it survives a rebuild. */
export interface RuralPopulation {
  readonly region: RegionCode;
  readonly year: number;
  readonly persons: number;
  /** Where the figure comes from, for example a statistical yearbook. */
  readonly source: string;
}

/** Records or replaces a figure. */
export async function saveRuralPopulation(
  pool: Pool,
  { region, year, persons, source }: RuralPopulation,
): Promise<void> {
  await pool.query(
    `INSERT INTO reference.rural_population (region, year, persons, source) VALUES ($1, $2, $3, $4)
     ON CONFLICT (region, year) DO UPDATE
     SET persons = excluded.persons, source = excluded.source, recorded_at = now()`,
    [region, year, persons, source],
  );
}

/** The figures there are for these regions, all years or one. */
export async function ruralPopulations(
  pool: Pool,
  regions: readonly RegionCode[],
  year?: number,
): Promise<readonly RuralPopulation[]> {
  const { rows } = await pool.query<RuralPopulation>(
    `SELECT region, year, persons, source FROM reference.rural_population
     WHERE region = ANY ($1) AND ($2::int IS NULL OR year = $2) ORDER BY region, year`,
    [regions, year ?? null],
  );
  return rows;
}

/** Poor persons over rural population, rounded half up to six decimals; null when the population is not known: never guessed. */
export function povertyIncidence(
  poorPersons: number,
  population: RuralPopulation | undefined,
): number | null {
  if (!population) return null;
  return Math.round((poorPersons / population.persons) * 1e6) / 1e6;
}
