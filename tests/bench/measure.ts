/** One row of the table: what was measured, beside its limit or peer of the same run. */
export interface Row {
  readonly group: string;
  readonly what: string;
  /** Median of the rounds, in `unit`. */
  readonly value: number;
  readonly unit: 'events/s' | 'loads/s' | 'ms' | 'MB' | 'commands/s';
  /** The figure it is compared with, of the same run. */
  readonly against?: { readonly name: string; readonly value: number };
  /** Goal of docs/performance.md; a ratio when `against` is given, otherwise in `unit`. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Keeps `callers` loops busy for some seconds; each awaits its own call. Gives calls per second. */
export async function callsPerSecond(
  callers: number,
  seconds: number,
  call: (caller: number) => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  const end = started + seconds * 1000;
  let calls = 0;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      while (performance.now() < end) {
        await call(caller);
        calls += 1;
      }
    }),
  );
  return (calls * 1000) / (performance.now() - started);
}

/** Runs every contestant once per round, one after the other, so that all see the same machine; gives each one's median. */
export async function interleaved(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<number>>>,
  log: (line: string) => void,
): Promise<Map<string, number>> {
  const results = new Map<string, number[]>(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contestants)) {
      const value = await run();
      results.get(name)?.push(value);
      log(`  round ${round}/${rounds} ${name}: ${value.toFixed(value < 10 ? 2 : 0)}`);
    }
  }
  return new Map([...results].map(([name, values]) => [name, median(values)]));
}

const digits = (value: number): string =>
  Number.isNaN(value)
    ? '–'
    : value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 });

/** True when the goal is met, false when not, undefined when there is none. */
export function meets(row: Row): boolean | undefined {
  if (!row.goal) return undefined;
  const figure = row.against ? row.value / row.against.value : row.value;
  return 'atLeast' in row.goal ? figure >= row.goal.atLeast : figure <= row.goal.atMost;
}

/** The table as Markdown. */
export function table(rows: readonly Row[]): string {
  const lines = ['| | figure | unit | ratio | against | goal | met |', '|---|---:|---|---:|---|---|---|'];
  let group = '';
  for (const row of rows) {
    if (row.group !== group) lines.push(`| **${row.group}** | | | | | | |`);
    group = row.group;
    const ratio = row.against ? (row.value / row.against.value).toFixed(2) : '';
    const goal = !row.goal
      ? ''
      : 'atLeast' in row.goal
        ? `≥ ${digits(row.goal.atLeast)}`
        : `≤ ${digits(row.goal.atMost)}`;
    const met = meets(row);
    lines.push(
      `| ${row.what} | ${digits(row.value)} | ${row.unit} | ${ratio} | ${row.against?.name ?? ''} | ${goal}${goal && row.against ? ' ×' : ''} | ${met === undefined ? '' : met ? 'yes' : 'no'} |`,
    );
  }
  return lines.join('\n');
}
