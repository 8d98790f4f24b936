import { writeFormCsv } from '@fupin/domain/register-form';
import { Readable } from 'node:stream';
import { formNoOf, rowsOf } from './households.js';
import { ProgressLine, sleep } from './measure.js';
import type { CountyShare, Size } from './scale.js';
import type { System } from './system.js';

/** Households of one file at most: about 200 MB of CSV. */
const FILE = 250_000;
const REGISTERED_ON = '2014-01-31';

interface ImportView {
  readonly id: string;
  readonly state: string;
  readonly rowsRead: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly households: { readonly accepted: number; readonly unchanged: number; readonly refused: number };
  readonly problem?: unknown;
}

export interface Imported {
  readonly persons: number;
  /** Time of the jobs, from start to end, without the uploads. */
  readonly seconds: number;
  readonly files: number;
  /** The ids of a county's households in the order of the file. */
  readonly ids: ReadonlyMap<string, HouseholdIds>;
}

/** Ids of many households in 16 bytes each. */
export class HouseholdIds {
  private readonly bytes: Buffer;

  constructor(count: number) {
    this.bytes = Buffer.alloc(count * 16);
  }

  set(index: number, id: string): void {
    this.bytes.write(id.replaceAll('-', ''), index * 16, 16, 'hex');
  }

  get(index: number): string {
    const hex = this.bytes.toString('hex', index * 16, index * 16 + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** Brings all households in by the bulk import, as CSV files of whole counties, one job after the other. */
export async function importAll(
  system: System,
  size: Size,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Imported> {
  const ids = new Map<string, HouseholdIds>();
  const progress = new ProgressLine('import', size.households, log);
  let [seconds, persons, files, done] = [0, 0, 0, 0];
  for (const counties of inFiles(size.counties)) {
    const job = await upload(system, counties, files);
    let view = job;
    while (view.state === 'waiting' || view.state === 'running') {
      await sleep(250);
      signal.throwIfAborted();
      system.assertAlive();
      view = await getJob(system, job.id);
      progress.show(done + view.households.accepted);
    }
    const wanted = counties.reduce((sum, { households }) => sum + households, 0);
    if (view.state !== 'completed' || view.households.accepted !== wanted)
      throw new Error(`the import of ${wanted} households ended ${JSON.stringify(view)}`);
    seconds += (Date.parse(view.finishedAt ?? '') - Date.parse(view.startedAt ?? '')) / 1000;
    persons += view.rowsRead;
    done += wanted;
    files += 1;
    await readIds(system, job.id, counties, ids);
  }
  return { persons, seconds, files, ids };
}

function inFiles(counties: readonly CountyShare[]): CountyShare[][] {
  const files: CountyShare[][] = [];
  let inLast = FILE;
  for (const county of counties) {
    if (inLast + county.households > FILE) {
      files.push([]);
      inLast = 0;
    }
    files.at(-1)?.push(county);
    inLast += county.households;
  }
  return files;
}

async function* asBytes(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of text) yield Buffer.from(piece);
}

async function upload(system: System, counties: readonly CountyShare[], file: number): Promise<ImportView> {
  const query = new URLSearchParams({ history: 'true', source: 'benchmark', registeredOn: REGISTERED_ON });
  const body = Readable.toWeb(Readable.from(asBytes(writeFormCsv(rowsOf(counties)))));
  const answer = await fetch(`${system.registryUrl}/v1/imports?${query.toString()}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${system.token}`,
      'content-type': 'text/csv',
      'idempotency-key': `bench-import-${file}`,
    },
    body,
    duplex: 'half',
  });
  if (answer.status !== 202) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as ImportView;
}

async function getJob(system: System, id: string): Promise<ImportView> {
  const answer = await fetch(`${system.registryUrl}/v1/imports/${id}`, {
    headers: { authorization: `Bearer ${system.token}` },
  });
  if (!answer.ok) throw new Error(`import ${id}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as ImportView;
}

/** What `GET /v1/imports/{id}/households` would tell page by page. */
async function readIds(
  system: System,
  importId: string,
  counties: readonly CountyShare[],
  ids: Map<string, HouseholdIds>,
): Promise<void> {
  for (const { code, households } of counties) {
    const { rows } = await system.store.query<{ form_no: string; household_id: string }>(
      'select form_no, household_id from import_outcomes where import_id = $1 and form_no between $2 and $3',
      [importId, formNoOf(code, 0), formNoOf(code, 999_999)],
    );
    if (rows.length !== households)
      throw new Error(`county ${code}: ${rows.length} of ${households} households are in the register`);
    const own = new HouseholdIds(households);
    for (const row of rows) own.set(Number(row.form_no.slice(7)), row.household_id);
    ids.set(code, own);
  }
}
