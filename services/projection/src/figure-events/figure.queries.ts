import { addDays } from '@fupin/domain';
import type { RegionCode } from '@fupin/domain';
import type { Pool } from 'pg';
import { figuresOfChildren, NO_FIGURES } from '../roll-up/roll-up.queries.js';
import type { Question, Share } from './figure.js';
import { isStock, metricsOf, sharesOf } from './figure.js';
import type { Placed, PlaceKey } from './places.js';
import { itemsIn, villagesOf } from './places.js';

/**
 * The events that make up a figure, by village and household, after a key. The roll-up itself shows the way to the villages where
 * there are any; there the households are worked out anew by the same rules by which they were counted.
 */
export function eventsBehind(
  pool: Pool,
  question: Question,
  after?: PlaceKey,
): AsyncGenerator<Placed<Share>> {
  const villages = villagesOf(
    question.region,
    (region) => childrenWithAny(pool, question, region),
    after?.[0],
  );
  return itemsIn(pool, villages, after, ({ village, events }) => sharesOf(question, village, events));
}

async function childrenWithAny(pool: Pool, question: Question, region: RegionCode): Promise<RegionCode[]> {
  const { figure, from, to, knownAt } = question;
  const [after, before] = await Promise.all([
    figuresOfChildren(pool, region, { asOf: to, knownAt }),
    from === undefined || isStock(figure)
      ? new Map()
      : figuresOfChildren(pool, region, { asOf: addDays(from, -1), knownAt }),
  ]);
  const metrics = metricsOf(figure);
  return [...after].flatMap(([child, figures]) => {
    const then = (before as typeof after).get(child) ?? NO_FIGURES;
    const any = metrics.some(
      (metric) =>
        figures[metric].households !== then[metric].households ||
        figures[metric].persons !== then[metric].persons,
    );
    return any ? [child] : [];
  });
}
