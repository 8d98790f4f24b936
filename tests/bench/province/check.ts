import type { Count, Expected } from './expected.js';
import type { System } from './system.js';

interface YearRow {
  readonly year: number;
  readonly during: { readonly entries: Count; readonly exits: Count; readonly returns: Count };
  readonly atYearEnd: { readonly registered: Count; readonly poor: Count };
}

/**
 * Compares the year table of the province and of every county with what the driver expected. Gives the number of figures
 * compared; throws with the first that differs.
 */
export async function checkSums(system: System, expected: Expected): Promise<number> {
  let figures = 0;
  for (const region of expected.regions()) {
    const lines = expected.of(region);
    const years = [...lines.keys()];
    const answer = await fetch(
      `${system.projectionUrl}/v1/regions/${region}/years?from=${Math.min(...years)}&to=${Math.max(...years)}`,
      { headers: { authorization: `Bearer ${system.token}` } },
    );
    if (!answer.ok) throw new Error(`year table of ${region}: ${answer.status} ${await answer.text()}`);
    const rows = ((await answer.json()) as { years: YearRow[] }).years;
    for (const [year, line] of lines) {
      const row = rows.find((candidate) => candidate.year === year);
      const got = { ...row?.during, ...row?.atYearEnd };
      for (const name of ['registered', 'entries', 'exits', 'returns', 'poor'] as const) {
        for (const unit of ['households', 'persons'] as const) {
          figures += 1;
          if (got[name]?.[unit] !== line[name][unit])
            throw new Error(
              `wrong sum: ${region} ${year} ${name} ${unit} is ${got[name]?.[unit]}, expected ${line[name][unit]}`,
            );
        }
      }
    }
  }
  return figures;
}
