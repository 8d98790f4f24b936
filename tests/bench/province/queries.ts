import { levelOf } from '@fupin/domain';
import { seededRandom } from '../../../tools/src/sample/random.js';
import { percentile } from '../measure.js';
import type { Size } from './scale.js';
import type { System } from './system.js';

const LEVELS = ['province', 'city', 'county', 'township', 'village'] as const;
const KINDS = ['roll-up', 'children', 'causes', 'years'] as const;
const DIGITS = [2, 4, 6, 9, 12];
/** Queries of one kind, level and view. */
const COUNT = 150;
/** At most so long for them, in ms. */
const LONGEST = 4000;

/** How long one kind of query takes at one level, in ms. */
export interface QueryTime {
  readonly level: (typeof LEVELS)[number];
  readonly kind: (typeof KINDS)[number];
  /** As known on a past day, which adds up every day of the region; otherwise as known now. */
  readonly knownAt: boolean;
  readonly queries: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * Asks the projection over HTTP, one query after the other, for random regions of every level at random dates from 2014 to
 * 2020, as known now and as known on the day of the run (the most rows there are: everything was recorded on it).
 */
export async function askAll(system: System, size: Size, signal: AbortSignal): Promise<QueryTime[]> {
  const random = seededRandom(20_201_231);
  const villages = size.counties.flatMap((county) => county.villages);
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const times: QueryTime[] = [];
  for (const [depth, level] of LEVELS.entries()) {
    for (const kind of KINDS) {
      if (level === 'village' && kind === 'children') continue;
      for (const knownAt of [false, true]) {
        signal.throwIfAborted();
        const waits: number[] = [];
        const began = performance.now();
        for (let n = 0; n < COUNT + 5 && performance.now() - began < LONGEST; n += 1) {
          const code = random.pick(villages).slice(0, DIGITS[depth]);
          const date = `${random.whole(2014, 2020)}-${String(random.whole(1, 12)).padStart(2, '0')}-${String(random.whole(1, 28)).padStart(2, '0')}`;
          const query = new URLSearchParams({
            ...(kind === 'years' ? { from: '2014', to: date.slice(0, 4) } : { asOf: date }),
            ...(knownAt && { knownAt: today }),
          });
          const path = `/v1/regions/${code}/${kind}?${query.toString()}`;
          const asked = performance.now();
          const answer = await fetch(system.projectionUrl + path, {
            headers: { authorization: `Bearer ${system.token}` },
          });
          const text = await answer.text();
          if (!answer.ok)
            throw new Error(`${path} (${levelOf(code)}): ${answer.status} ${text.slice(0, 500)}`);
          // The first few warm up.
          if (n >= 5) waits.push(performance.now() - asked);
        }
        times.push({
          level,
          kind,
          knownAt,
          queries: waits.length,
          p50: percentile(waits, 0.5),
          p99: percentile(waits, 0.99),
        });
      }
    }
  }
  return times;
}

/** The slowest p99 of all kinds and levels. */
export const slowest = (times: readonly QueryTime[], knownAt: boolean): number =>
  Math.max(...times.filter((time) => time.knownAt === knownAt).map(({ p99 }) => p99));
