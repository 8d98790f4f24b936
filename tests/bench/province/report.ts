import { duration } from './measure.js';
import type { Measured } from './main.js';
import { slowest, type QueryTime } from './queries.js';

const whole = (value: number): string =>
  Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en-US');
const short = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 1 : 0));
const megabytes = (bytes: number): number => bytes / 1e6;

/** The growth table, one column for each size, and the query times of the largest size, as Markdown. */
export function report(results: readonly Measured[]): string {
  const rows: readonly (readonly [string, (m: Measured) => string])[] = [
    ['households', (m) => whole(m.households)],
    ['persons', (m) => whole(m.persons)],
    ['events', (m) => whole(m.events)],
    ['events per household', (m) => short(m.events / m.households)],
    ['**Import**, households/s', (m) => whole(m.households / m.import.seconds)],
    ['registry, peak memory, MB', (m) => whole(m.import.peakMb)],
    ['**Years by handleMany**, events/s decided and stored', (m) => whole(m.years.events / m.years.seconds)],
    ['relayed until the end, events/s', (m) => whole(m.years.events / m.years.relayedAfter)],
    ['projected until the end, events/s', (m) => whole(m.years.events / m.years.projectedAfter)],
    ['most events not yet relayed', (m) => whole(m.years.mostBehind.relay)],
    ['most events not yet projected', (m) => whole(m.years.mostBehind.projection)],
    ['registry with its relay, peak memory, MB', (m) => whole(m.years.registryMb)],
    ['projection, peak memory, MB', (m) => whole(m.years.projectionMb)],
    ['**Rebuild**, time', (m) => duration(m.rebuild.seconds)],
    ['events/s', (m) => whole(m.rebuild.events / m.rebuild.seconds)],
    ['projection, peak memory, MB', (m) => whole(m.rebuild.peakMb)],
    ['**Queries**, slowest p99 of all kinds and levels, ms', (m) => short(slowest(m.queries, false))],
    ['as known at a day', (m) => short(slowest(m.queries, true))],
    ['**Disk**, bytes per event: events with indexes', (m) => whole(m.disk.events / m.events)],
    ['vault, claims, outcomes of the import', (m) => whole(m.disk.restOfRegistry / m.events)],
    ['Kafka', (m) => whole(m.disk.kafka / m.events)],
    ['read models', (m) => whole(m.disk.readModels / m.events)],
    [
      'together, MB',
      (m) =>
        whole(
          megabytes(
            m.disk.events +
              m.disk.restOfRegistry +
              (Number.isNaN(m.disk.kafka) ? 0 : m.disk.kafka) +
              m.disk.readModels,
          ),
        ),
    ],
    ['sums compared, all right', (m) => whole(m.figures)],
    ['time of everything', (m) => duration(m.seconds)],
  ];
  const growth = [
    `| |${results.map(() => ' |').join('')}`,
    `|---|${results.map(() => '---:|').join('')}`,
    ...rows.map(([name, of]) => `| ${name} | ${results.map(of).join(' | ')} |`),
  ].join('\n');
  const largest = results.at(-1);
  if (!largest) return growth;
  return `${growth}\n\nQueries at ${whole(largest.households)} households, p50 / p99 in ms, over HTTP with one caller:\n\n${queryTable(largest.queries)}`;
}

function queryTable(times: readonly QueryTime[]): string {
  const kinds = [...new Set(times.map(({ kind }) => kind))];
  const heads = kinds.flatMap((kind) => [kind, `${kind}, as known at a day`]);
  const cell = (level: string, kind: string, knownAt: boolean): string => {
    const time = times.find((t) => t.level === level && t.kind === kind && t.knownAt === knownAt);
    return time ? `${short(time.p50)} / ${short(time.p99)}` : '';
  };
  return [
    `| | ${heads.join(' | ')} |`,
    `|---|${heads.map(() => '---:|').join('')}`,
    ...[...new Set(times.map(({ level }) => level))].map(
      (level) =>
        `| ${level} | ${kinds.flatMap((kind) => [cell(level, kind, false), cell(level, kind, true)]).join(' | ')} |`,
    ),
  ].join('\n');
}

interface Line {
  readonly name: string;
  readonly colour: string;
  /** Drawn with gaps, so that a line below it shows. */
  readonly dashed?: boolean;
  readonly of: (m: Measured) => number;
}

const RATES: readonly Line[] = [
  { name: 'rebuild, events/s', colour: '#1b6ca8', of: (m) => m.rebuild.events / m.rebuild.seconds },
  { name: 'handleMany, events/s', colour: '#c8553d', of: (m) => m.years.events / m.years.seconds },
  {
    name: 'projected, events/s',
    colour: '#588b4c',
    dashed: true,
    of: (m) => m.years.events / m.years.projectedAfter,
  },
  { name: 'import, households/s', colour: '#8a5fa8', of: (m) => m.households / m.import.seconds },
];
const TIMES: readonly Line[] = [
  { name: 'slowest p99 of a query, ms', colour: '#1b6ca8', of: (m) => slowest(m.queries, false) },
  { name: 'the same as known at a day, ms', colour: '#c8553d', of: (m) => slowest(m.queries, true) },
  { name: 'rebuild, peak memory, 10 MB', colour: '#588b4c', of: (m) => m.rebuild.peakMb / 10 },
];

/** The growth as a picture: rates, and times with memory, over the number of events, both axes logarithmic. */
export function plot(results: readonly Measured[]): string {
  const [width, height] = [860, 380];
  const panel = (lines: readonly Line[], left: number): string => {
    const [x0, x1, y0, y1] = [left + 60, left + 400, 310, 40];
    const values = lines.flatMap((line) => results.map(line.of)).filter((value) => value > 0);
    const events = results.map((m) => m.events);
    const [ea, eb] = decades(events);
    const [va, vb] = decades(values);
    const x = (value: number): number => x0 + ((Math.log10(value) - ea) / (eb - ea)) * (x1 - x0);
    const y = (value: number): number => y0 + ((Math.log10(value) - va) / (vb - va)) * (y1 - y0);
    const parts: string[] = [];
    for (let e = ea; e <= eb; e += 1)
      parts.push(
        `<path d="M${x(10 ** e)} ${y0}V${y1}" stroke="#ddd"/><text x="${x(10 ** e)}" y="${y0 + 18}" text-anchor="middle">10${superscript(e)}</text>`,
      );
    for (let v = va; v <= vb; v += 1)
      parts.push(
        `<path d="M${x0} ${y(10 ** v)}H${x1}" stroke="#ddd"/><text x="${x0 - 8}" y="${y(10 ** v) + 4}" text-anchor="end">${(10 ** v).toLocaleString('en-US')}</text>`,
      );
    parts.push(`<text x="${(x0 + x1) / 2}" y="${y0 + 38}" text-anchor="middle">events</text>`);
    for (const [index, line] of lines.entries()) {
      const points = results
        .filter((m) => line.of(m) > 0)
        .map((m): readonly [number, number] => [x(m.events), y(line.of(m))]);
      const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
      parts.push(
        `<polyline points="${path}" fill="none" stroke="${line.colour}" stroke-width="2"${line.dashed ? ' stroke-dasharray="6 6"' : ''}/>`,
      );
      for (const [px, py] of points)
        parts.push(`<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${line.colour}"/>`);
      parts.push(
        `<text x="${x0 + (index % 2) * 175}" y="${12 + Math.floor(index / 2) * 16}" fill="${line.colour}">${line.name}</text>`,
      );
    }
    return parts.join('\n');
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>Growth of the system with the number of events</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${panel(RATES, 0)}
${panel(TIMES, 430)}
</svg>
`;
}

/** The powers of ten below and above the values, at least one apart. */
function decades(values: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [low, Math.max(high, low + 1)];
}

const superscript = (exponent: number): string =>
  [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
