import type { Client } from './client.js';

interface ImportJob {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'completed' | 'failed' | 'cancelled';
  readonly rowsRead: number;
  readonly households: { readonly accepted: number; readonly unchanged: number; readonly refused: number };
  readonly problem?: unknown;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/**
 * Sends the form through the bulk import and follows the job to its end. Gives the households' ids by their number on the
 * form. Throws when the file fails or a household is refused: the sample is lawful.
 */
export async function importFile(
  registry: Client,
  options: {
    readonly county: string;
    readonly file: Blob;
    readonly registeredOn: string;
    readonly source: string;
    readonly say: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<ReadonlyMap<string, string>> {
  const began = Date.now();
  const query = new URLSearchParams({
    region: options.county,
    registeredOn: options.registeredOn,
    source: options.source,
    history: 'true',
  });
  let job = await registry.upload<ImportJob>(
    `/v1/imports?${query.toString()}`,
    XLSX,
    options.file,
    `sample-import-${options.county}`,
  );
  while ((job.state === 'waiting' || job.state === 'running') && !options.signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    job = await registry.get<ImportJob>(`/v1/imports/${job.id}`);
  }
  const { accepted, unchanged, refused } = job.households;
  if (job.state !== 'completed' || refused > 0) {
    const errors = await registry.get<Page<unknown>>(`/v1/imports/${job.id}/errors?limit=5`);
    throw new Error(
      `the import ended ${job.state} with ${refused} refused: ${JSON.stringify(job.problem ?? errors.items)}`,
    );
  }
  options.say(
    `  imported: ${accepted} households registered, ${unchanged} unchanged, ${job.rowsRead} rows (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );

  const ids = new Map<string, string>();
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page: Page<{ formNo: string; householdId: string }> = await registry.get(
      `/v1/imports/${job.id}/households?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    for (const { formNo, householdId } of page.items) ids.set(formNo, householdId);
    cursor = page.next;
  }
  return ids;
}
