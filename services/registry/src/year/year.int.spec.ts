import { ActorRole } from '@fupin/contracts';
import { CommandHandler, EventStore, type CommandRefused } from '@fupin/event-sourcing';
import { dropDatabase, freshDatabase } from '@fupin/infra';
import { createPool, migrate } from '@fupin/service';
import type { Pool } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import { closedOn } from './closed-years.js';
import type { CloseYear } from './decider.js';
import { closingRow, YearClosings } from './year-closings.js';
import { yearStream, yearStreamId } from './year.stream.js';

const admin = process.env['TEST_DATABASE_URL'] ?? '';
let url: string;
let pool: Pool;
beforeAll(async () => {
  url = await freshDatabase(admin, 'year');
  await migrate({ url, migrations: MIGRATIONS });
  pool = createPool(url, { max: 10 });
});
afterAll(async () => {
  await pool?.end();
  await dropDatabase(admin, url);
});

const instance = () => new CommandHandler(new EventStore({ pool }));

function close(handler: CommandHandler, region: string, year: number, on = '2020-01-05') {
  const command: CloseYear = { type: 'closeYear', year, occurredOn: on, today: on, closedAbove: undefined };
  return handler.handle(yearStream, yearStreamId(region, year), command, {
    envelope: { actorRole: ActorRole.COUNTY, correlationId: 'spec', region },
    extras: () => ({ attachments: [closingRow(region, year, { knownOn: on, closedOn: on })] }),
  });
}

describe('closing a year over several instances', () => {
  it('REG-36 one of many instances closes it, the others are told that it is closed', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => close(instance(), '422823', 2016)),
    );
    const lost = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as CommandRefused] : [],
    );
    expect(lost).toHaveLength(7);
    for (const { reasons } of lost) expect(reasons).toMatchObject([{ code: 'year-already-closed' }]);
    const { rows } = await pool.query('SELECT region, year FROM year_closings WHERE year = 2016');
    expect(rows).toEqual([{ region: '422823', year: 2016 }]);
    expect(await pool.query("SELECT FROM events WHERE stream_type = 'registry.year'")).toMatchObject({
      rowCount: 1,
    });
  });
});

describe('what an instance knows of closings', () => {
  it('REG-36 is kept for a moment, never into another day, and not past its own closing', async () => {
    const closings = new YearClosings(pool);
    const known = async (today: string) => closedOn(await closings.closedYears(today), '422823101201', 2017);
    expect(await known('2020-01-05')).toBeUndefined();
    await close(instance(), '422823', 2017);
    // Another instance's closing may be missed for a moment on its own day, which is published as a whole …
    expect(await known('2020-01-05')).toBeUndefined();
    // … and is known on the next.
    expect(await known('2020-01-06')).toBe('2020-01-05');

    await close(instance(), '422823', 2018);
    closings.forget();
    expect(closedOn(await closings.closedYears('2020-01-06'), '422823101201', 2018)).toBe('2020-01-05');
  });

  it('asks again after the database was away', async () => {
    const broken = createPool('postgresql://nobody:nothing@127.0.0.1:1/none', { max: 1 });
    const closings = new YearClosings(broken);
    await expect(closings.closedYears('2020-01-05')).rejects.toThrow();
    await expect(closings.closedYears('2020-01-05')).rejects.toThrow();
    await broken.end();
  });
});
