import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import { connectKafka } from '@fupin/event-sourcing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { SampleChange } from '../../tools/src/sample/changes.js';
import type { SampleHousehold } from '../../tools/src/sample/household.js';
import { playSample } from '../../tools/src/sample/play.js';
import { hasPython } from '../data-team/python.js';
import { bothSides } from '../data-team/same-figures.js';
import { findPersonalData, type Find, type Secrets } from './personal-data.js';
import { startSystem, type System } from './system.js';

const COUNTY = '422823';

interface Count {
  households: number;
  persons: number;
}
interface YearRow {
  year: number;
  during: { entries: Count; exits: Count; returns: Count };
  atYearEnd: { registered: Count; poor: Count };
}

/** The sample of `npm start`, small, over all services: file → register → years → projection. */
describe('a county from its file to 2020', () => {
  let system: System;
  let folder: string;
  let played: SampleHousehold[] = [];
  let changes: ReadonlyMap<string, SampleChange> = new Map();
  const said: string[] = [];

  const get = async <T>(url: string): Promise<T> => {
    const token = await system.token({ role: 'county', region: COUNTY });
    const answer = await fetch(system.urls.projection + url, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  };
  const play = () =>
    playSample({
      county: COUNTY,
      households: 60,
      urls: system.urls,
      token: (claims) => system.token(claims),
      dataDir: folder,
      say: (line) => said.push(line),
      signal: new AbortController().signal,
      onGenerated: (households, planned) => {
        played = households;
        changes = planned;
      },
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fupin-journey-'));
    system = await startSystem();
    await play();
  }, 240_000);

  afterAll(async () => {
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('shows year by year who was registered, exited, returned and poor at the end', async () => {
    const { years } = await get<{ years: YearRow[] }>(`/v1/regions/${COUNTY}/years?from=2014&to=2020`);
    const changeOf = ({ formNo }: SampleHousehold) => changes.get(formNo);
    // A wrong exit is void: the lawful one of the year after is the only one.
    const exitYearOf = (household: SampleHousehold) => {
      const change = changeOf(household);
      return change?.kind === 'wrongExit' ? change.year : household.life.exitYear;
    };
    const poorAt = (household: SampleHousehold, year: number): boolean => {
      const { entryYear, relapseYear = 9999, secondExitYear = 9999 } = household.life;
      return (
        Math.max(entryYear, 2014) <= year &&
        (year < exitYearOf(household) || (year >= relapseYear && year < secondExitYear))
      );
    };
    const count = (households: SampleHousehold[]): Count => ({
      households: households.length,
      persons: households.reduce((sum, { members }) => sum + members.length, 0),
    });
    /** Who is in the register at the end of a year: changes come at the year's end, to households that have exited. */
    const registeredAt = (year: number): Count => {
      const sum = count(played.filter(({ life }) => life.entryYear <= year));
      for (const household of played) {
        const change = changeOf(household);
        if (!change || change.year > year) continue;
        const { kind } = change;
        if (kind === 'birth' || kind === 'marriageIn') sum.persons += 1;
        if (kind === 'death' || kind === 'marriageOut') sum.persons -= 1;
        if (kind === 'split') sum.households += 1;
        if (kind === 'removal' || kind === 'extinction') {
          sum.households -= 1;
          sum.persons -= household.members.length;
        }
      }
      return sum;
    };
    expect(
      years.map(({ year, during, atYearEnd }) => ({
        year,
        entries: during.entries,
        exits: during.exits,
        returns: during.returns,
        registered: atYearEnd.registered,
        poor: atYearEnd.poor,
      })),
    ).toEqual(
      [2014, 2015, 2016, 2017, 2018, 2019, 2020].map((year) => ({
        year,
        entries: count(played.filter(({ life }) => Math.max(life.entryYear, 2014) === year)),
        exits: count(played.filter((one) => exitYearOf(one) === year || one.life.secondExitYear === year)),
        returns: count(played.filter(({ life }) => life.relapseYear === year)),
        registered: registeredAt(year),
        poor: count(played.filter((household) => poorAt(household, year))),
      })),
    );
  });

  it('has a household of every kind of change', () => {
    const kinds = new Set([...changes.values()].map(({ kind }) => kind));
    expect(kinds.size).toBe(10);
  });

  // Without Python there is nothing to run it with; the machine that decides has one.
  (hasPython() ? it : it.skip)(
    'says the same to a data team that reads the household topic alone',
    async () => {
      const days = ['2014-06-30', '2016-12-31', '2018-11-20', '2020-12-31'];
      const { python, projected } = await bothSides(system.brokers, { get }, COUNTY, days);
      expect(python.ledger.length).toBeGreaterThan(100);
      expect(python.years).toEqual(projected.years);
      expect(python.ledger).toEqual(projected.ledger);
      expect(python.rollUps).toEqual(projected.rollUps);
    },
    300_000,
  );

  it('changes nothing when it is played again', async () => {
    const before = await get<unknown>(`/v1/regions/${COUNTY}/years?from=2014&to=2020`);
    const { rows: events } = await query<{ n: string }>(
      system.databases.registry,
      'select count(*) as n from events',
    );
    rmSync(join(folder, `sample-${COUNTY}.json`));
    await play();
    expect(await query(system.databases.registry, 'select count(*) as n from events')).toMatchObject({
      rows: events,
    });
    expect(await get<unknown>(`/v1/regions/${COUNTY}/years?from=2014&to=2020`)).toEqual(before);
  }, 120_000);

  it('leaves no name, ID number or phone in any Kafka message, log line or projection table', async () => {
    const members = played.flatMap((household) => household.members);
    const secrets: Secrets = {
      names: members.map(({ name }) => name),
      numbers: members.flatMap(({ personNumber }) => [personNumber, personNumber.slice(0, 18)]),
      phones: played.flatMap(({ phone, bankAccount }) => [phone, bankAccount]),
    };
    const found: Find[] = [];
    const kafka = connectKafka({ brokers: system.brokers });
    let messages = 0;
    for await (const message of kafka.readTopic(HOUSEHOLD_TOPIC)) {
      messages += 1;
      found.push(...findPersonalData(`Kafka ${message.partition}/${message.offset}`, message.value, secrets));
    }
    await kafka.close();
    expect(messages).toBeGreaterThan(500);
    found.push(...findPersonalData('log', system.log(), secrets));
    for (const [table, text] of await tables(system.databases.projection))
      found.push(...findPersonalData(table, text, secrets));
    expect(found).toEqual([]);
    // The same search finds them where they are allowed to be before encryption: a search that finds nothing proves nothing.
    expect(findPersonalData('file', JSON.stringify(played[0]), secrets).length).toBeGreaterThan(2);
  }, 120_000);
});

async function query<R extends pg.QueryResultRow>(url: string, sql: string): Promise<pg.QueryResult<R>> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await client.query<R>(sql);
  } finally {
    await client.end();
  }
}

/** Every table of a database as text. */
async function tables(url: string): Promise<[string, string][]> {
  const { rows } = await query<{ name: string }>(
    url,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  expect(rows.length).toBeGreaterThan(4);
  const texts: [string, string][] = [];
  for (const { name } of rows) {
    const { rows: content } = await query<{ text: string }>(url, `select t::text as text from ${name} t`);
    // bytea columns print as hex: their bytes are searched as well.
    const plain = content.map(({ text }) => text).join('\n');
    const bytes = [...plain.matchAll(/\\x([0-9a-f]{8,})/g)].map(([, hex = '']) =>
      Buffer.from(hex, 'hex').toString('utf8'),
    );
    texts.push([name, plain.replaceAll(/\\x[0-9a-f]+/g, '') + bytes.join('\n')]);
  }
  return texts;
}
