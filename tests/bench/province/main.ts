import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { checkSums } from './check.js';
import { assertFits, diskUse, needed, type DiskUse } from './disk.js';
import { importAll } from './import.js';
import { duration, forgetPeak, freeBytes, peakMemory } from './measure.js';
import { askAll, slowest, type QueryTime } from './queries.js';
import { rebuildAll, type Rebuilt } from './rebuild.js';
import { plot, report } from './report.js';
import { sizesOf, type Size } from './scale.js';
import { postgresSettings, startSystem } from './system.js';
import { playYears } from './years.js';

export const PROVINCE_HELP = `
Province scale: the whole system at growing sizes, the last one as asked for.

  --scale WHAT    county (20,000 households), prefecture (160,000), province (2,000,000), or a number of households
  --households N  another number of households for the scale's region
  --years N       years from 2014 on (default 7: 2014–2020)
  --only-largest  without the smaller sizes, but for the smallest, which tells what disk the full one needs
  --folder DIR    where servers keep their data meanwhile (default: the system's folder for temporary files)
  --out FILE      also write the report as Markdown to FILE
  --plot FILE     also write the growth as SVG to FILE
`;

export interface ProvinceOptions {
  readonly scale: string;
  readonly households: number | undefined;
  readonly years: number;
  readonly onlyLargest: boolean;
  readonly folder: string | undefined;
  readonly out: string | undefined;
  readonly plot: string | undefined;
}

/** What was measured of one size. */
export interface Measured {
  readonly households: number;
  readonly persons: number;
  readonly events: number;
  readonly import: { readonly seconds: number; readonly peakMb: number };
  readonly years: {
    readonly events: number;
    readonly seconds: number;
    readonly relayedAfter: number;
    readonly projectedAfter: number;
    readonly mostBehind: { readonly relay: number; readonly projection: number };
    /** Peak memory of registry (with its relay) and projection meanwhile, MB. */
    readonly registryMb: number;
    readonly projectionMb: number;
  };
  readonly rebuild: Rebuilt;
  readonly queries: readonly QueryTime[];
  readonly disk: DiskUse;
  readonly figures: number;
  readonly seconds: number;
}

/** `npm run bench -- --scale …`: measures the system at growing sizes. Ctrl-C ends it and everything it has started. */
export async function benchProvince(options: ProvinceOptions): Promise<void> {
  const log = (line: string): void => console.log(line);
  const all = sizesOf(options.scale, options.households, options.years);
  const sizes =
    options.onlyLargest && all.length > 2 ? [all[0], all.at(-1)].filter((size) => size !== undefined) : all;
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => interrupted.abort(new Error('interrupted')));
  const parent = options.folder ?? tmpdir();
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'fupin-bench-'));
  const results: Measured[] = [];
  let sources = '';
  try {
    log(`${sizes.map(({ households }) => households).join(', ')} households, ${options.years} years`);
    log(`  ${((await freeBytes(folder)) / 1e9).toFixed(1)} GB of disk are free in ${parent}`);
    for (const size of sizes) {
      const before = results.at(-1);
      if (before) await assertFits(folder, before.disk, before.households, size.households, log);
      const own = join(folder, String(size.households));
      const measured = await measureSize(own, size, log, interrupted.signal, (text) => (sources = text));
      rmSync(own, { recursive: true, force: true });
      results.push(measured);
      const last = sizes.at(-1);
      if (last && last.households > size.households)
        log(
          `  the full size of ${last.households} households would need about ${(needed(measured.disk, measured.households, last.households) / 1e9).toFixed(1)} GB and ${duration((measured.seconds * last.households) / measured.households)}`,
        );
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    // Ctrl-C reaches the services as well: what failed because of it is no news.
    log('\ninterrupted: everything that was started has ended');
    process.exitCode = 130;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    // What was measured until then is not lost.
    if (results.length > 0) write(options, results, sources, log);
  }
}

function write(
  options: ProvinceOptions,
  results: readonly Measured[],
  sources: string,
  log: (line: string) => void,
): void {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const settings = Object.entries(postgresSettings()).map(([name, value]) => `${name} ${value}`);
  const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${sources}; fsync and synchronous_commit on, ${settings.join(', ')}`;
  const text = `${machine}\n\n${report(results)}\n`;
  log(`\n${text}`);
  const save = (file: string, content: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  if (options.out !== undefined) save(options.out, text);
  if (options.plot !== undefined) save(options.plot, plot(results));
}

/** Brings a system up, fills it, measures it and ends it. */
async function measureSize(
  folder: string,
  size: Size,
  log: (line: string) => void,
  signal: AbortSignal,
  onSources: (text: string) => void,
): Promise<Measured> {
  const began = performance.now();
  log(`\n${size.households} households in ${size.counties.length} counties`);
  const system = await startSystem(folder, signal);
  onSources(system.sources);
  const { registry, projection } = system.processes;
  try {
    forgetPeak(registry);
    const imported = await importAll(system, size, log, signal);
    const importPeak = peakMemory(registry);
    log(
      `  imported: ${size.households} households, ${imported.persons} persons in ${duration(imported.seconds)}: ${Math.round(size.households / imported.seconds)} households/s`,
    );
    for (const pid of [registry, projection]) forgetPeak(pid);
    const years = await playYears(system, size, imported.ids, log, signal);
    const memory = { registryMb: peakMemory(registry), projectionMb: peakMemory(projection) };
    log(
      `  years: ${years.events} events in ${duration(years.seconds)}: ${Math.round(years.events / years.seconds)}/s decided, ${Math.round(years.events / years.projectedAfter)}/s into the read models`,
    );
    const { rows } = await system.store.query<{ n: string }>('select max(position) as n from events');
    const events = Number(rows[0]?.n);
    const figures = await checkSums(system, years.expected);
    log(`  sums: ${figures} figures of ${years.expected.regions().length} regions are right`);
    const queries = await askAll(system, size, signal);
    log(
      `  queries: slowest p99 ${slowest(queries, false).toFixed(1)} ms, as known at a day ${slowest(queries, true).toFixed(1)} ms`,
    );
    const rebuild = await rebuildAll(system, events, log, signal);
    log(
      `  rebuild: ${rebuild.events} events in ${duration(rebuild.seconds)}: ${Math.round(rebuild.events / rebuild.seconds)}/s, ${Math.round(rebuild.peakMb)} MB at most`,
    );
    if (rebuild.events !== events)
      throw new Error(`the rebuild took in ${rebuild.events} of ${events} events`);
    await checkSums(system, years.expected);
    return {
      households: size.households,
      persons: imported.persons,
      events,
      import: { seconds: imported.seconds, peakMb: importPeak },
      years: { ...years, ...memory },
      rebuild,
      queries,
      disk: await diskUse(system),
      figures,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await system.stop();
  }
}
