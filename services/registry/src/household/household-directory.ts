import { Injectable } from '@nestjs/common';
import { Problem } from '@fupin/service';
import { Pool } from 'pg';

/**
 * Where each household lives: for the region guard, before its stream is loaded. Asked each time: another instance may
 * have moved the household a moment ago.
 */
@Injectable()
export class HouseholdDirectory {
  constructor(private readonly pool: Pool) {}

  /** The village code of a household. Throws the 404 problem when the register has no such household. */
  async villageOf(householdId: string): Promise<string> {
    const village = (await this.villagesOf([householdId])).get(householdId);
    if (village !== undefined) return village;
    throw new Problem('not-found', { detail: 'There is no such household', detailZh: '没有此户' });
  }

  /** The village codes of those households that exist. */
  async villagesOf(householdIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (householdIds.length === 0) return new Map();
    const { rows } = await this.pool.query<{ household_id: string; village: string }>({
      name: 'villages_of',
      text: 'SELECT household_id, village FROM household_directory WHERE household_id = ANY($1::uuid[])',
      values: [householdIds],
    });
    return new Map(rows.map(({ household_id: id, village }) => [id, village]));
  }

  /** Households of a village in the order of their ids, from the one after `after`. */
  async inVillage(village: string, after: string | undefined, limit: number): Promise<string[]> {
    const { rows } = await this.pool.query<{ household_id: string }>(
      `SELECT household_id FROM household_directory
       WHERE village = $1 AND ($2::uuid IS NULL OR household_id > $2::uuid) ORDER BY household_id LIMIT $3`,
      [village, after ?? null, limit],
    );
    return rows.map((row) => row.household_id);
  }

  /** The household that holds a register number. */
  async byNumber(householdNo: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ owner: string }>('SELECT owner FROM keys WHERE key = $1', [
      `claim:${numberClaim(householdNo)}`,
    ]);
    return rows[0]?.owner;
  }
}

/** The claim under which a register number belongs to one household. */
export const numberClaim = (householdNo: string): string => `householdNo:${householdNo}`;

/**
 * Sets `count` register numbers of a village aside: the village code and a running number of at least five digits, with a
 * hyphen so that no spreadsheet takes it for a number. One counter row per village makes them unique among all callers;
 * the claim taken with the registration holds it against anything else. A number set aside for a registration that is
 * then refused is not given again.
 */
export async function setAsideNumbers(pool: Pool, village: string, count: number): Promise<string[]> {
  const { rows } = await pool.query<{ last: number }>(
    `INSERT INTO household_numbers (village, last) VALUES ($1, $2)
     ON CONFLICT (village) DO UPDATE SET last = household_numbers.last + $2 RETURNING last`,
    [village, count],
  );
  const first = (rows[0]?.last ?? 0) - count + 1;
  return Array.from({ length: count }, (_, index) => registerNumber(village, first + index));
}

/** 户编号 as people read it aloud: the village's code and the household's number there, of five digits or more. */
export const registerNumber = (village: string, number: number): string =>
  `${village}-${String(number).padStart(5, '0')}`;
