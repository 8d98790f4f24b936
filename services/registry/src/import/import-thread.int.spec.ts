import { csvOf, household, idNumber, openRegistry, type Registry } from './import.fixture.js';
import { findImport, type ImportRecord } from './job/import-record.js';
import { importThread, type ImportThread } from './job/run-in-thread.js';
import { startWorker, type ImportWorker } from './job/worker.js';

const adminUrl = process.env['TEST_DATABASE_URL'] ?? '';
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const csv = (...numbers: number[]) => csvOf(numbers.map((n) => household(n)));

describe('import in a thread of its own', () => {
  let registry: Registry & Awaited<ReturnType<typeof openRegistry>>;
  let thread: ImportThread;
  let worker: ImportWorker;
  let interruptions: unknown[];

  beforeEach(async () => {
    registry = await openRegistry(adminUrl);
    thread = importThread({ databaseUrl: registry.url, keys: registry.keys });
    interruptions = [];
    begin();
  });
  afterEach(async () => {
    await worker.stop();
    await thread.close();
    await registry.close();
  });

  const begin = (batch?: number) => {
    worker = startWorker({
      ...registry,
      ...(batch !== undefined && { batch }),
      pollMs: 50,
      run: (options, record) => thread.run(options, record),
      log: (level, { err }) => level === 'error' && interruptions.push(err),
    });
  };
  const until = async (id: string, reached: (record: ImportRecord) => boolean): Promise<ImportRecord> => {
    for (;;) {
      const record = await findImport(registry.pool, id);
      if (record && reached(record)) return record;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const ended = (id: string) => until(id, ({ state }) => !['waiting', 'running'].includes(state));

  it('registers, finds what is there already, and names bad rows by their line, as the one in the service does', async () => {
    expect(await ended(await registry.upload(await csv(...range(0, 40))))).toMatchObject({
      state: 'completed',
      accepted: 40,
      persons: 140,
    });
    expect(await registry.count('events')).toBe(120);
    expect(await registry.count('person_vault')).toBe(140);
    const head = household(41);
    const members = head.members.map((member, i) =>
      i === 1 ? { ...member, idNumber: idNumber(3 * 4) } : member,
    );
    const mixed = await registry.upload(
      await csvOf([household(5), household(40, { wage: '-1' }), { ...head, members }]),
    );
    expect(await ended(mixed)).toMatchObject({ state: 'completed', accepted: 0, unchanged: 1, refused: 2 });
    expect(await registry.errors(mixed)).toEqual([
      { line: 6, field: 'wage', code: 'amount-negative' },
      { line: 10, field: 'idNumber', code: 'person-in-another-household' },
    ]);
    expect(interruptions).toEqual([]);
  });

  it('goes on from the last checkpoint after its thread was ended in the middle, and counts each household once', async () => {
    await worker.stop();
    begin(20);
    const id = await registry.upload(await csv(...range(0, 1000)));
    const { accepted } = await until(id, (record) => record.accepted >= 100);
    await thread.close();
    expect(accepted).toBeLessThan(1000);
    expect(await ended(id)).toMatchObject({ state: 'completed', accepted: 1000, unchanged: 0, refused: 0 });
    expect(interruptions).toHaveLength(1);
    expect(await registry.count('events')).toBe(3000);
    expect(await registry.count('import_outcomes')).toBe(1000);
  });

  it('stops after the batches under way when the service stops, and the next one carries on', async () => {
    await worker.stop();
    begin(20);
    const id = await registry.upload(await csv(...range(0, 1500)));
    await until(id, (record) => record.accepted >= 100);
    await worker.stop();
    const stopped = await findImport(registry.pool, id);
    expect(stopped?.state).toBe('running');
    expect(stopped?.accepted).toBeLessThan(1500);
    expect(await registry.count('import_outcomes')).toBe(stopped?.accepted);
    begin();
    expect(await ended(id)).toMatchObject({ state: 'completed', accepted: 1500 });
  });

  it('says what is wrong with a file that cannot be read on, and takes the next one', async () => {
    await worker.stop();
    const id = await registry.upload(await csv(...range(0, 30)));
    // As if its bytes were not what was found out at the upload.
    await registry.pool.query(`update imports set encoding = 'gb18030' where id = $1`, [id]);
    begin();
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      accepted: 0,
      problem: { code: expect.any(String), messageZh: expect.any(String) },
    });
    expect(interruptions).toEqual([]);
    expect(await ended(await registry.upload(await csv(7)))).toMatchObject({
      state: 'completed',
      accepted: 1,
    });
  });
});
