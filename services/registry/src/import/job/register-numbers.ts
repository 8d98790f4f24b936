import type { Pool } from 'pg';
import { registerNumber } from '../../household/household-directory.js';
import { inRelaxedTransaction } from './import-record.js';

/**
 * Sets register numbers of many villages aside in one statement, as `setAsideNumbers` does for one: gives a function that
 * hands out a village's numbers one by one. Villages are taken in the order of their codes, so that imports at the same
 * time do not wait for each other in a circle.
 */
export async function setAsideForVillages(
  pool: Pool,
  villages: readonly string[],
): Promise<(village: string) => string> {
  const counts = new Map<string, number>();
  for (const village of villages) counts.set(village, (counts.get(village) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const { rows } = await inRelaxedTransaction(pool, (client) =>
    client.query<{ village: string; last: number }>(
      `insert into household_numbers (village, last) select v, n from unnest($1::text[], $2::int[]) with ordinality as t(v, n, i) order by i
     on conflict (village) do update set last = household_numbers.last + excluded.last returning village, last`,
      [sorted.map(([village]) => village), sorted.map(([, count]) => count)],
    ),
  );
  const next = new Map(rows.map(({ village, last }) => [village, last - (counts.get(village) ?? 0)]));
  return (village) => {
    const number = (next.get(village) ?? 0) + 1;
    next.set(village, number);
    return registerNumber(village, number);
  };
}
