import { randomUUID } from 'node:crypto';
import { shanghaiDate } from '@fupin/domain';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { HouseholdDesk } from '../src/household/household-desk.js';
import { application, COUNTY, idNumber, NEIGHBOUR, person, VILLAGE } from './bodies.js';
import { identified, startHarness, take, type Answer, type Harness } from './harness.js';

// What happens beside a request, between the moment it looks and the moment it writes.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const desk = () => harness.registry.app.get(HouseholdDesk);
afterEach(() => {
  desk().today = () => shanghaiDate(new Date());
});

interface Recorded {
  readonly type: string;
  readonly region: string;
}
const eventsOf = async (id: string) =>
  (await harness.get(`/v1/households/${id}/events`)).body.items as unknown as readonly Recorded[];
const move = (id: string) =>
  harness.post(`/v1/households/${id}/moves`, { occurredOn: '2016-05-01', villageCode: NEIGHBOUR });
const causes = (id: string, token?: string) =>
  harness.post(
    `/v1/households/${id}/poverty-causes`,
    { occurredOn: '2016-05-02', causes: { main: { code: '01' }, others: [] } },
    { ...(token !== undefined && { token }) },
  );

/** Does something around the next call of a method, and only that one. */
function aroundNext<T extends object>(
  target: T,
  method: keyof T & string,
  around: (real: () => Promise<unknown>) => Promise<unknown>,
): void {
  const real = target[method] as (...given: unknown[]) => Promise<unknown>;
  const shadow = (...given: unknown[]) => {
    Reflect.deleteProperty(target, method);
    return around(() => real.apply(target, given));
  };
  Object.defineProperty(target, method, { value: shadow, configurable: true });
}

/** Does something once, after the desk has asked in which village the household lives. */
const onceItKnowsTheVillage = (work: () => Promise<unknown>): void =>
  aroundNext(desk(), 'basis', async (real) => {
    await work();
    return real();
  });

describe('a household that moves beside a request', () => {
  it('REG-04 records a fact in the village it lives in by then, whatever was known before', async () => {
    const id = await identified(harness);
    onceItKnowsTheVillage(() => move(id));
    expect(await causes(id)).toMatchObject({ status: 201 });
    expect((await eventsOf(id)).slice(-2)).toMatchObject([
      { type: 'HouseholdMoved', region: VILLAGE },
      { type: 'PovertyCausesRecorded', region: NEIGHBOUR },
    ]);
  });

  it('REG-04 lets the cadre of the village it has left record nothing any more', async () => {
    const id = await identified(harness);
    const cadre = await harness.token('villageCadre', VILLAGE, 'history:write');
    onceItKnowsTheVillage(() => move(id));
    expect(await causes(id, cadre)).toMatchObject({
      status: 403,
      body: { type: 'urn:fupin:problem:region-not-allowed' },
    });
    expect((await eventsOf(id)).at(-1)).toMatchObject({ type: 'HouseholdMoved' });
  });

  it('REG-04 gives eight facts beside a move the right village, before it and after it', async () => {
    const id = await identified(harness);
    const answers = await Promise.all([
      ...[1, 2, 3, 4].map(() => causes(id)),
      move(id),
      ...[5, 6, 7, 8].map(() => causes(id)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(9).fill(201));
    const events = await eventsOf(id);
    const moved = events.findIndex(({ type }) => type === 'HouseholdMoved');
    expect(events.map(({ region }) => region)).toEqual(
      events.map((_, i) => (i <= moved ? VILLAGE : NEIGHBOUR)),
    );
  });

  it('REG-04 a list finds it gone and carries out the others', async () => {
    const filed = await Promise.all([1, 2].map(() => harness.post('/v1/households', application())));
    const [gone = '', stays = ''] = filed.map(({ body }) => body.id);
    const store = harness.registry.app.get(EventStore);
    // After the list has looked who lives here, before it reads the households.
    aroundNext(store, 'loadMany', async (real) => {
      await harness.pool.query('UPDATE household_directory SET village = $1 WHERE household_id = $2', [
        NEIGHBOUR,
        gone,
      ]);
      return real();
    });
    const { body } = await harness.post(`/v1/villages/${VILLAGE}/democratic-reviews`, {
      occurredOn: '2016-01-06',
      procedure: 'identification',
      participants: 30,
      items: [gone, stays].map((householdId) => ({ householdId, votesFor: 28, votesAgainst: 1 })),
    });
    expect(body.items).toMatchObject([
      {
        householdId: gone,
        outcome: 'refused',
        problem: { type: 'urn:fupin:problem:household-not-in-village' },
      },
      { householdId: stays, outcome: 'done' },
    ]);
    expect(await eventsOf(gone)).toHaveLength(1);
  });
});

describe('a person who comes back beside their erasure', () => {
  const erase = async (personId: string): Promise<Answer> =>
    harness.post(
      `/v1/persons/${personId}/erasures`,
      {},
      { token: await harness.token('county', COUNTY, 'person:erase') },
    );
  const isThere = async (personId: string) =>
    (await harness.pool.query('SELECT FROM person_vault WHERE person_id = $1', [personId])).rowCount === 1;

  it('keeps who they are when they are a member again by the time of the erasure', async () => {
    const number = idNumber();
    const members = [person('01'), person('02', { idNumber: number })];
    const id = await identified(harness, '2016-01', { members });
    const { body: view } = await harness.get(`/v1/households/${id}`);
    const personId = view.members[1]?.personId ?? '';
    await take(harness, id, [['member-departures', { occurredOn: '2016-05-20', personId, reason: 'other' }]]);
    desk().today = () => '2046-05-21';
    const handler = harness.registry.app.get(CommandHandler);
    // The state is known; before anything is deleted the person comes back.
    aroundNext(handler, 'read', async (real) => {
      const known = await real();
      await take(harness, id, [
        ['members', { occurredOn: '2017-01-05', reason: 'return', personId, relation: { code: '02' } }],
      ]);
      return known;
    });
    expect(await erase(personId)).toMatchObject({
      status: 409,
      body: { type: 'urn:fupin:problem:person-in-register' },
    });
    expect(await isThere(personId)).toBe(true);
  });

  it('either erases or keeps each of many who come back at the same moment, never a member without a row', async () => {
    const ids = await Promise.all(
      Array.from({ length: 6 }, () =>
        identified(harness, '2016-01', { members: [person('01'), person('02')] }),
      ),
    );
    const persons = await Promise.all(
      ids.map(async (id) => (await harness.get(`/v1/households/${id}`)).body.members[1]?.personId ?? ''),
    );
    await Promise.all(
      ids.map((id, i) =>
        take(harness, id, [
          ['member-departures', { occurredOn: '2016-05-20', personId: persons[i], reason: 'other' }],
        ]),
      ),
    );
    desk().today = () => '2046-05-21';
    await Promise.all(
      ids.flatMap((id, i) => [
        harness.post(`/v1/households/${id}/members`, {
          occurredOn: '2017-01-05',
          reason: 'return',
          personId: persons[i],
          relation: { code: '02' },
        }),
        erase(persons[i] ?? ''),
      ]),
    );
    for (const [i, id] of ids.entries()) {
      const { body } = await harness.get(`/v1/households/${id}`);
      const back = body.members.some(({ personId }) => personId === persons[i]);
      expect(await isThere(persons[i] ?? '')).toBe(back);
    }
  });
});

describe('the papers of a household that goes into another one', () => {
  const SHA = 'a'.repeat(64);
  const file = (id: string) =>
    harness.post(`/v1/households/${id}/documents`, {
      occurredOn: '2016-03-01',
      kind: 'housePhoto',
      sha256: SHA,
      mediaType: 'image/jpeg',
      sizeBytes: 10,
      datedOn: '2016-02-28',
      location: 'nas://覃守义.jpg',
    });
  const papersOf = async (id: string) =>
    (await harness.pool.query('SELECT FROM household_documents WHERE household_id = $1', [id])).rowCount;

  it('merged: still shown with a record of each person, and erased with the last one of the other household', async () => {
    const members = [person('01')];
    const [here, away] = [
      await identified(harness, '2016-01', { members: [person('01')] }),
      await identified(harness, '2016-01', { members }),
    ];
    const { body: before } = await harness.get(`/v1/households/${away}`);
    const personId = before.members[0]?.personId ?? '';
    expect(await file(away)).toMatchObject({ status: 201 });
    await take(harness, here, [
      [
        'merges',
        {
          occurredOn: '2016-06-01',
          fromHouseholdId: away,
          members: [{ personId, relation: { code: '99' } }],
        },
      ],
    ]);
    expect([await papersOf(away), await papersOf(here)]).toEqual([0, 1]);
    const token = await harness.token('county', COUNTY, 'document:read audit:read');
    const { body } = await harness.get(`/v1/households/${away}/documents`, { token });
    expect(body.items[0]).toMatchObject({ location: 'nas://覃守义.jpg' });
    const { body: audits } = await harness.get('/v1/person-audits?action=documents', { token });
    expect(audits.items).toMatchObject([{ personId }]);

    // Both leave; with the second one's row the absorbed household's papers go too.
    const { body: view } = await harness.get(`/v1/households/${here}`);
    const head = view.members[0]?.personId ?? '';
    await take(harness, here, [
      ['member-departures', { occurredOn: '2016-07-01', personId, reason: 'death' }],
      ['member-departures', { occurredOn: '2016-07-02', personId: head, reason: 'death' }],
    ]);
    desk().today = () => '2046-07-03';
    const eraser = await harness.token('county', COUNTY, 'person:erase');
    for (const one of [personId, head]) {
      expect(await papersOf(here)).toBe(1);
      expect(await harness.post(`/v1/persons/${one}/erasures`, {}, { token: eraser })).toMatchObject({
        status: 201,
      });
    }
    expect(await papersOf(here)).toBe(0);
  });

  it('ended by a transfer of its last member: they go along, and the looks at them name who was there', async () => {
    const [here, away] = [
      await identified(harness),
      await identified(harness, '2016-01', { members: [person('01')] }),
    ];
    const { body: before } = await harness.get(`/v1/households/${away}`);
    const personId = before.members[0]?.personId ?? '';
    expect(await file(away)).toMatchObject({ status: 201 });
    await harness.pool.query(
      `INSERT INTO vault_notes (note_id, household_id, kind, key_id, text) VALUES ($1, $2, 'objection', 'k1', '\\x00')`,
      [randomUUID(), away],
    );
    await take(harness, here, [
      [
        'members',
        {
          occurredOn: '2016-06-01',
          reason: 'marriage',
          personId,
          fromHouseholdId: away,
          relation: { code: '99' },
        },
      ],
    ]);
    expect(await harness.get(`/v1/households/${away}`)).toMatchObject({ body: { status: 'extinguished' } });
    expect([await papersOf(away), await papersOf(here)]).toEqual([0, 1]);
    const { rowCount } = await harness.pool.query('SELECT FROM vault_notes WHERE household_id = $1', [here]);
    expect(rowCount).toBe(1);
  });
});
