import { spawn, type ChildProcess } from 'node:child_process';
import { CodeSystem, Fuel, PovertyStandard } from '@fupin/contracts';
import { writeFormXlsx, type FormHousehold } from '@fupin/domain/register-form';
import { householdStream } from '../household/household.stream.js';
import { csvOf, household, idNumber, openRegistry, rows, villages, type Registry } from './import.fixture.js';
import { openImports } from './job/import-record.js';
import { runImport } from './job/run.js';

const adminUrl = process.env['TEST_DATABASE_URL'] ?? '';
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const csv = (...numbers: number[]) => csvOf(numbers.map((n) => household(n)));
const withMember = (n: number, at: number, serial: number): FormHousehold => {
  const own = household(n);
  return {
    ...own,
    members: own.members.map((m, i) => (i === at ? { ...m, idNumber: idNumber(serial) } : m)),
  };
};

describe('bulk import', () => {
  let registry: Registry & Awaited<ReturnType<typeof openRegistry>>;
  beforeEach(async () => {
    registry = await openRegistry(adminUrl);
  });
  afterEach(async () => registry.close());

  it('registers households as history with their source, income and house, and keeps nothing of the file', async () => {
    const record = await registry.import(await csv(1, 2));
    expect(record).toMatchObject({
      state: 'completed',
      accepted: 2,
      unchanged: 0,
      refused: 0,
      persons: 7,
      rowsRead: 7,
      errors: 0,
    });
    const { rows: outcomes } = await registry.pool.query<{
      household_id: string;
      line: number;
      form_no: string;
    }>('select household_id, line, form_no from import_outcomes order by line');
    expect(outcomes.map((o) => [o.line, o.form_no])).toEqual([
      [2, 'F1'],
      [6, 'F2'],
    ]);
    const { state, events } = await registry.handler.read(householdStream, outcomes[0]?.household_id ?? '');
    expect(state.status).toBe('stillPoor');
    expect(events.map((e) => e.event.case)).toEqual([
      'householdRegistered',
      'incomeSurveyed',
      'livingConditionsRecorded',
    ]);
    expect(events[0]).toMatchObject({
      occurredOn: '2014-06-30',
      event: {
        value: { householdNo: `${villages[0]}-00001`, historySource: { importId: record.id, row: 2 } },
      },
      envelope: { origin: 2, region: villages[0] },
    });
    expect(await registry.count('import_pieces')).toBe(0);
    expect(await registry.count('person_vault')).toBe(7);
  });

  it('changes nothing when the file comes again, and refuses the same head with other content', async () => {
    await registry.import(await csv(...range(0, 30)));
    const events = await registry.count('events');
    expect(await registry.import(await csv(...range(0, 30)))).toMatchObject({
      state: 'completed',
      accepted: 0,
      unchanged: 30,
      refused: 0,
    });
    const changed = await registry.import(
      await csvOf([household(3, { wage: '9.00' }), household(4), household(31)]),
    );
    expect(changed).toMatchObject({ accepted: 1, unchanged: 1, refused: 1 });
    expect(await registry.errors(changed.id)).toEqual([
      { line: 2, field: 'idNumber', code: 'already-registered' },
    ]);
    expect(await registry.count('events')).toBe(events + 3);
    expect(await registry.count('household_directory')).toBe(31);
  });

  it('a bad row refuses its household, names the line and stops nobody else', async () => {
    const bad = household(2);
    const file = [
      household(1),
      {
        ...bad,
        wage: 'NaN',
        members: bad.members.map((m, i) => (i === 1 ? { ...m, idNumber: '422823196503120018' } : m)),
      },
      household(3),
    ];
    const record = await registry.import(await csvOf(file));
    expect(record).toMatchObject({ state: 'completed', accepted: 2, refused: 1, errors: 2 });
    expect(await registry.errors(record.id)).toEqual([
      { line: 6, field: 'wage', code: 'amount-invalid' },
      { line: 7, field: 'idNumber', code: 'number-checksum' },
    ]);
  });

  it('a person of two households of one file, or of another household of the register, is refused by line', async () => {
    const twice = await registry.import(await csvOf([household(1), household(5), withMember(6, 2, 4)]));
    expect(twice).toMatchObject({ accepted: 2, refused: 1 });
    expect(await registry.errors(twice.id)).toEqual([
      { line: 12, field: 'idNumber', code: 'person-in-another-household' },
    ]);
    const { rows: messages } = await registry.pool.query<{ message: string }>(
      'select message from import_errors',
    );
    expect(messages[0]?.message).toContain('line 2');
    const later = await registry.import(await csvOf([withMember(7, 1, 21)]));
    expect(await registry.errors(later.id)).toEqual([
      { line: 3, field: 'idNumber', code: 'person-in-another-household' },
    ]);
  });

  it('reads XLSX and NDJSON through the same job', async () => {
    const xlsx = new Uint8Array(
      await new Response(writeFormXlsx(rows(range(0, 40).map((n) => household(n))))).arrayBuffer(),
    );
    expect(await registry.import(xlsx, { format: 'xlsx' })).toMatchObject({ accepted: 40, refused: 0 });
    const lines = range(20, 60)
      .map((n) => `${JSON.stringify(household(n))}\n`)
      .join('');
    expect(await registry.import(Buffer.from(lines), { format: 'ndjson' })).toMatchObject({
      accepted: 20,
      unchanged: 20,
      refused: 0,
    });
  });

  it('answers a repeated upload under its key with the same import', async () => {
    const file = await csv(1);
    const id = await registry.upload(file, { requestKey: 'caller:key' });
    expect(await registry.upload(file, { requestKey: 'caller:key' })).toBe(id);
    await expect(registry.upload(await csv(2), { requestKey: 'caller:key' })).rejects.toThrow('key reused');
    const at = await Promise.all(
      range(0, 8).map(() => registry.upload(file, { requestKey: 'caller:other' })),
    );
    expect(new Set(at).size).toBe(1);
    expect(await registry.count('imports')).toBe(2);
  });

  it('leaves nothing behind of a file that is refused at once, or of an upload that breaks off', async () => {
    await expect(registry.upload(Buffer.from('姓名,电话\n'))).rejects.toMatchObject({ code: 'header-wrong' });
    await expect(registry.upload(await csv(1), { maxBytes: 100 })).rejects.toMatchObject({
      code: 'file-too-large',
    });
    async function* cut() {
      yield Buffer.from('户编号,');
      throw new Error('aborted');
    }
    await expect(registry.upload(cut())).rejects.toThrow('aborted');
    expect(await registry.count('imports')).toBe(0);
    expect(await registry.count('import_pieces')).toBe(0);
  });

  it('keeps the file encrypted while it waits', async () => {
    await registry.upload(await csv(1));
    const { rows: pieces } = await registry.pool.query<{ sealed: Buffer }>(
      'select sealed from import_pieces',
    );
    expect(pieces[0]?.sealed.includes(Buffer.from('覃国'))).toBe(false);
    expect(pieces[0]?.sealed.includes(Buffer.from(idNumber(4)))).toBe(false);
  });

  it('goes on from its checkpoint after a stop, and counts every household once', async () => {
    const id = await registry.upload(await csv(...range(0, 400)));
    await registry.pool.query(`update imports set state = 'running' where id = $1`, [id]);
    let batches = 0;
    const load = async () => (await import('./job/import-record.js')).findImport(registry.pool, id);
    const first = await load();
    if (!first) throw new Error('no import');
    expect(await runImport({ ...registry, batch: 20, stopping: () => ++batches > 7 }, first)).toBe(false);
    const half = await load();
    expect(half?.householdsDone).toBe(140);
    expect(half?.accepted).toBe(140);
    expect(await registry.finish(id)).toMatchObject({
      state: 'completed',
      accepted: 400,
      unchanged: 0,
      refused: 0,
      persons: 1400,
    });
    expect(await registry.count('household_directory')).toBe(400);
  });

  it('after a kill between the append and the checkpoint, what was appended counts as accepted, once', async () => {
    const id = await registry.upload(await csv(...range(0, 100)));
    await registry.pool.query(`update imports set state = 'running' where id = $1`, [id]);
    const { findImport } = await import('./job/import-record.js');
    const record = await findImport(registry.pool, id);
    if (!record) throw new Error('no import');
    const killed = {
      ...registry,
      batch: 25,
      onCheckpoint: () => {
        throw new Error('killed');
      },
    };
    await expect(runImport(killed, record)).rejects.toThrow('killed');
    // What a kill would leave: everything appended, the checkpoint of the beginning.
    await registry.pool.query(
      'update imports set households_done = 0, rows_read = 0, accepted = 0, persons = 0 where id = $1',
      [id],
    );
    expect(await registry.finish(id)).toMatchObject({
      state: 'completed',
      accepted: 100,
      unchanged: 0,
      refused: 0,
      persons: 350,
    });
    expect(await registry.count('household_directory')).toBe(100);
  });

  const factsOf = async (householdId: string) =>
    (await registry.handler.read(householdStream, householdId)).events.map(({ event }) => event.value);

  it('carries A1, A24, A36 and the distance to the market, and what was imported without them is known again', async () => {
    const later = { standard: '省定标准', relocation: '是', fuels: '柴草；电', distanceToMarket: '4.5' };
    const record = await registry.import(await csvOf([household(1, later), household(2)]));
    expect(record).toMatchObject({ accepted: 2, refused: 0 });
    const { rows: outcomes } = await registry.pool.query<{ household_id: string }>(
      'select household_id from import_outcomes order by line',
    );
    const [full, bare] = await Promise.all(outcomes.map(({ household_id: id }) => factsOf(id)));
    expect(full?.[0]).toMatchObject({ standard: PovertyStandard.PROVINCIAL });
    expect(full?.[2]).toMatchObject({
      relocation: true,
      fuels: [Fuel.FIREWOOD, Fuel.ELECTRICITY],
      distanceToMarketM: 4500,
    });
    expect(bare?.[0]).toMatchObject({ standard: PovertyStandard.UNSPECIFIED });
    expect(bare?.[2]).toMatchObject({ relocation: false, fuels: [] });
    expect(await registry.import(await csvOf([household(1, later), household(2)]))).toMatchObject({
      unchanged: 2,
    });
    const other = await registry.import(await csvOf([household(1, { ...later, fuels: '柴草' })]));
    expect(other).toMatchObject({ accepted: 0, refused: 1 });
  });

  it('annex D: stores codes with the list they are of, from CSV as from NDJSON', async () => {
    const coded = (n: number): FormHousehold => {
      const own = household(n);
      const codes = [
        { relation: 'GBT4761:02', ethnicity: 'GB3304:07', education: 'GB/T 4658:70', sex: 'GB/T 2261.1:9' },
        { relation: '02', ethnicity: 'registerEthnicity:07', education: '03' },
      ];
      return { ...own, members: own.members.map((member, i) => ({ ...member, ...codes[i] })) };
    };
    const lines = Buffer.from(`${JSON.stringify(coded(2))}\n`);
    expect(await registry.import(await csvOf([coded(4)]))).toMatchObject({ accepted: 1, refused: 0 });
    expect(await registry.import(lines, { format: 'ndjson' })).toMatchObject({ accepted: 1, refused: 0 });
    const { rows: outcomes } = await registry.pool.query<{ household_id: string }>(
      'select household_id from import_outcomes',
    );
    for (const { household_id: id } of outcomes) {
      expect((await factsOf(id))[0]).toMatchObject({
        members: [
          {
            relation: { system: CodeSystem.GBT_4761, code: '02' },
            ethnicity: { system: CodeSystem.GB_3304, code: '07' },
            education: { system: CodeSystem.GBT_4658, code: '70' },
          },
          {
            relation: { system: CodeSystem.REGISTER_RELATION, code: '02' },
            ethnicity: { system: CodeSystem.REGISTER_ETHNICITY, code: '07' },
            education: { system: CodeSystem.REGISTER_EDUCATION, code: '03' },
          },
          {},
        ],
      });
    }
    const wrong = household(3);
    const id = await registry.import(
      await csvOf([{ ...wrong, members: wrong.members.map((m) => ({ ...m, education: 'GB3304:07' })) }]),
    );
    const errors = await registry.errors(id.id);
    expect(new Set(errors.map(({ field, code }) => `${field} ${code}`))).toEqual(
      new Set(['education code-system-wrong']),
    );
  });

  /** A worker of its own process, which can be killed. */
  const spawnWorker = (): ChildProcess =>
    spawn(
      process.execPath,
      [
        '-C',
        '@fupin/source',
        '--import',
        '@swc-node/register/esm-register',
        new URL('./worker.fixture.ts', import.meta.url).pathname,
      ],
      {
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          DATABASE_URL: registry.url,
          VAULT_KEYS: `k1:${registry.keys.byId.get('k1')?.toString('base64')}`,
          VAULT_HASH_KEY: registry.keys.hashKey.toString('base64'),
        },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );

  it('survives kill -9 of its worker, several times, with every household there once', async () => {
    const { findImport } = await import('./job/import-record.js');
    const id = await registry.upload(await csv(...range(0, 3000)));
    let worker = spawnWorker();
    let doneBefore = 0;
    try {
      for (let kills = 0; kills < 3;) {
        const record = await findImport(registry.pool, id);
        if (record?.state === 'completed') break;
        if ((record?.householdsDone ?? 0) > doneBefore) {
          doneBefore = record?.householdsDone ?? 0;
          kills += 1;
          const gone = new Promise((resolve) => worker.once('exit', resolve));
          worker.kill('SIGKILL');
          await gone;
          worker = spawnWorker();
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      worker.kill('SIGKILL');
    }
    expect(doneBefore).toBeGreaterThan(0);
    expect(await registry.finish(id)).toMatchObject({
      state: 'completed',
      accepted: 3000,
      unchanged: 0,
      refused: 0,
      persons: 10500,
    });
    expect(await registry.count('household_directory')).toBe(3000);
    expect(await registry.count('events')).toBe(9000);
  }, 120_000);

  it('two instances share the work without doing any of it twice', async () => {
    const other = await openRegistry(adminUrl, registry);
    try {
      const ids = await Promise.all(
        range(0, 4).map(async (i) => registry.upload(await csv(...range(i * 50, i * 50 + 50)))),
      );
      await Promise.all(ids.flatMap((id) => [registry.finish(id), other.finish(id)]));
      expect(await openImports(registry.pool)).toEqual([]);
      const { rows: sums } = await registry.pool.query<{ n: string }>('select sum(accepted) n from imports');
      expect(Number(sums[0]?.n)).toBe(200);
    } finally {
      await other.close();
    }
  });

  it('32 imports at once over the same persons leave each person in one household', async () => {
    const files = range(0, 32).map((i) =>
      csvOf(
        range(0, 30).map((n) => (i % 2 === 0 ? household(n) : withMember(n + 100 + i * 30, 1, n * 4 + 1))),
      ),
    );
    const ids = await Promise.all(files.map(async (file) => registry.upload(await file)));
    const { findImport } = await import('./job/import-record.js');
    await registry.pool.query(`update imports set state = 'running'`);
    await Promise.all(
      ids.map(async (id) => {
        const record = await findImport(registry.pool, id);
        if (record) await runImport({ ...registry, batch: 10 }, record);
      }),
    );
    expect(
      await registry.count('(select number_hash from person_vault group by 1 having count(*) > 1) t'),
    ).toBe(0);
    const {
      rows: [sums],
    } = await registry.pool.query<Record<string, string>>(
      'select sum(accepted) accepted, sum(accepted + unchanged + refused) total from imports',
    );
    expect(Number(sums?.['total'])).toBe(32 * 30);
    expect(await registry.count('household_directory')).toBe(Number(sums?.['accepted']));
    // Each contested person went to one of the two kinds of household; nobody was lost.
    expect(Number(sums?.['accepted'])).toBe(30);
  });
});
