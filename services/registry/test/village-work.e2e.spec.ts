import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { EntryKind, HouseholdKind, MemberSchema, Origin } from '@fupin/contracts';
import { loadDivisions } from '@fupin/domain/divisions';
import { CommandHandler } from '@fupin/event-sourcing';
import { Caller, CommandRequest } from '@fupin/service';
import { HouseholdDesk } from '../src/household/household-desk.js';
import { householdStream } from '../src/household/household.stream.js';
import { causes, member } from './household-story.js';
import { application, chain, COUNTY, evidence, findings, NEIGHBOUR, survey } from './bodies.js';
import { identified, refused, startHarness, take, type Harness } from './harness.js';

// Steps over a whole village: the list is left out, and every household that waits for the step is meant.

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness?.stop());

const VILLAGES = loadDivisions()
  .villagesOf(COUNTY)
  .slice(10, 15)
  .map(({ code }) => code);
const status = async (id: string) => (await harness.get(`/v1/households/${id}`)).body;
const ready = async (villageCode: string, count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const id = await identified(harness, '2016-01', { villageCode });
    await take(harness, id, [
      ['income-surveys', survey('2016-11-01', 2016, 4000)],
      ['guarantee-assessments', { occurredOn: '2016-11-01', findings: findings('2016-11-01') }],
    ]);
    ids.push(id);
  }
  return ids.sort();
};
const review = (rest: Record<string, unknown> = {}) => ({
  occurredOn: '2016-11-02',
  procedure: 'exit',
  participants: 30,
  each: { votesFor: 28, votesAgainst: 1 },
  ...rest,
});

describe('a whole village', () => {
  it('REG-20 exits by steps without lists, with an outcome for each household', async () => {
    const village = VILLAGES[0]!;
    const ids = await ready(village, 3);
    const { body: applicant } = await harness.post(
      '/v1/households',
      application('2016-01-05', { villageCode: village }),
    );
    const steps: [string, Record<string, unknown>][] = [
      ['exit-plans', { occurredOn: '2016-11-01', year: 2016, paths: ['production'] }],
      ['democratic-reviews', review()],
      [
        'verifications',
        {
          occurredOn: '2016-11-03',
          procedure: 'exit',
          each: { confirmed: true, evidence: evidence('2016-11-03') },
        },
      ],
      ['acknowledgements', { occurredOn: '2016-11-04', each: { documentId: randomUUID() } }],
      ['public-notices', { occurredOn: '2016-11-05', procedure: 'exit', level: 'village' }],
      ['announcements', { occurredOn: '2016-11-13', procedure: 'exit' }],
    ];
    for (const [path, body] of steps) {
      const answer = await harness.post(`/v1/villages/${village}/${path}`, body);
      expect(answer).toMatchObject({ status: 200, body: { done: 3, refused: 0 } });
      expect(answer.body.items.map((item) => item.householdId)).toEqual(ids);
      // Nobody waits for it any more.
      expect((await harness.post(`/v1/villages/${village}/${path}`, body)).body).toMatchObject({
        done: 0,
        refused: 0,
        items: [],
      });
    }
    for (const id of ids)
      expect(await status(id)).toMatchObject({ status: 'exited', exitedOn: '2016-11-13' });
    expect(await status(applicant.id)).toMatchObject({ status: 'applicant' });
  });

  it('REG-20 tells which household of it is refused and why, and goes on with the others', async () => {
    const village = VILLAGES[1]!;
    const ids = await ready(village, 2);
    const poor = await identified(harness, '2016-01', { villageCode: village });
    for (const id of [...ids, poor]) {
      await take(harness, id, [
        [
          'democratic-reviews',
          { occurredOn: '2016-11-02', procedure: 'exit', participants: 30, votesFor: 28, votesAgainst: 1 },
        ],
        [
          'verifications',
          { occurredOn: '2016-11-03', procedure: 'exit', confirmed: true, evidence: evidence('2016-11-03') },
        ],
        ['acknowledgements', { occurredOn: '2016-11-04', documentId: id }],
      ]);
    }
    const answer = await harness.post(`/v1/villages/${village}/public-notices`, {
      occurredOn: '2016-11-05',
      procedure: 'exit',
      level: 'village',
    });
    expect(answer.body).toMatchObject({ done: 2, refused: 1 });
    expect(answer.body.items.find(({ householdId }) => householdId === poor)).toMatchObject({
      outcome: 'refused',
      problem: { type: 'urn:fupin:problem:several-reasons' },
    });
  });

  it('REG-20 registers all who have applied, each under a number of its own, and removes by list too', async () => {
    const village = VILLAGES[2]!;
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      const { body } = await harness.post(
        '/v1/households',
        application('2016-01-05', { villageCode: village }),
      );
      ids.push(body.id);
    }
    for (const [path, body] of chain('2016-01', 'identification')) {
      const { participants: _p, ...rest } = body;
      const of: Record<string, Record<string, unknown>> = {
        'democratic-reviews': review({ occurredOn: rest['occurredOn'], procedure: 'identification' }),
        verifications: {
          occurredOn: rest['occurredOn'],
          procedure: 'identification',
          each: { confirmed: true, evidence: rest['evidence'] },
        },
        'data-comparisons': {
          occurredOn: rest['occurredOn'],
          procedure: 'identification',
          each: { hits: [] },
        },
        'township-reviews': {
          occurredOn: rest['occurredOn'],
          procedure: 'identification',
          each: { approved: true },
        },
        'county-reviews': {
          occurredOn: rest['occurredOn'],
          procedure: 'identification',
          each: { approved: true },
        },
      };
      const answer = await harness.post(`/v1/villages/${village}/${path}`, of[path] ?? rest);
      expect(answer).toMatchObject({ status: 200, body: { done: 3, refused: 0 } });
    }
    const numbers = await Promise.all(ids.map(async (id) => (await status(id)).householdNo));
    expect(new Set(numbers).size).toBe(3);

    await take(harness, ids[0]!, [
      [
        'removal-proposals',
        { occurredOn: '2016-03-01', reason: 'vehicle', evidence: evidence('2016-03-01') },
      ],
    ]);
    const reviewed = await harness.post(
      `/v1/villages/${village}/democratic-reviews`,
      review({ occurredOn: '2016-03-02', procedure: 'removal' }),
    );
    expect(reviewed.body).toMatchObject({ done: 1, items: [{ householdId: ids[0], outcome: 'done' }] });
  });

  it('means the households of the first time when it is repeated, and refuses another list as one', async () => {
    const village = VILLAGES[3]!;
    const ids = await ready(village, 2);
    const path = `/v1/villages/${village}/democratic-reviews`;
    const headers = { 'idempotency-key': randomUUID() };
    const first = await harness.post(path, review(), { headers });
    expect(first.body).toMatchObject({ done: 2 });
    // A household that comes later is not in it.
    await ready(village, 1);
    const again = await harness.post(path, review(), { headers });
    expect(again.body.items.map(({ householdId }) => householdId)).toEqual(ids);
    expect(again.body.items).toEqual(first.body.items.map((item) => ({ ...item, replayed: true })));
    for (const changed of [
      review({ occurredOn: '2016-11-03' }),
      review({ each: { votesFor: 27, votesAgainst: 1 } }),
      review({ each: undefined, items: [{ householdId: ids[0], votesFor: 28, votesAgainst: 1 }] }),
    ]) {
      expect(await refused(harness, path, changed, { headers })).toMatchObject({
        status: 422,
        body: { type: 'urn:fupin:problem:idempotency-key-reused' },
      });
    }
    // What was refused as a whole does not use its key up.
    const fresh = { 'idempotency-key': randomUUID() };
    await refused(harness, path, review({ each: undefined }), { headers: fresh });
    expect((await harness.post(path, review(), { headers: fresh })).body).toMatchObject({ done: 1 });
  });

  it.each([
    ['each', { each: undefined }],
    ['each', { items: [{ householdId: randomUUID(), votesFor: 1, votesAgainst: 0 }] }],
    ['each.votesFor', { each: { votesAgainst: 1 } }],
    ['each.votesFor', { each: { votesFor: -1, votesAgainst: 1 } }],
    ['each.householdId', { each: { votesFor: 1, votesAgainst: 1, householdId: randomUUID() } }],
    ['each', { each: [] }],
    ['items', { each: undefined, items: [] }],
    ['items', { each: undefined, items: 'all' }],
    ['procedure', { procedure: 'expulsion' }],
  ])('refuses a list with a bad %s: %j', async (field, change) => {
    const answer = await refused(harness, `/v1/villages/${NEIGHBOUR}/democratic-reviews`, review(change));
    expect(answer).toMatchObject({ status: 400, body: { field } });
  });

  it('names its households always where they are no step: surveys, assessments, visits', async () => {
    for (const path of ['income-surveys', 'guarantee-assessments', 'monitoring-visits', 'relapse-reports']) {
      expect(
        await refused(harness, `/v1/villages/${NEIGHBOUR}/${path}`, { occurredOn: '2016-11-01', year: 2016 }),
      ).toMatchObject({ status: 400 });
    }
  });

  it('has thousands of households', async () => {
    const village = VILLAGES[4]!;
    const count = 2_300;
    const desk = harness.registry.app.get(HouseholdDesk);
    const county = new Caller('test', 'county', COUNTY, new Set(['history:write']));
    const basis = await desk.basis(county, village, '2016-01-26');
    const request = new CommandRequest(
      county,
      { correlationId: randomUUID(), requestId: randomUUID() },
      undefined,
      0,
    );
    const handled = await harness.registry.app.get(CommandHandler).handleMany(
      householdStream,
      Array.from({ length: count }, (_, n) => {
        const streamId = randomUUID();
        return {
          streamId,
          command: {
            type: 'registerFromHistory' as const,
            ...basis,
            householdNo: `${village}-9${String(n).padStart(5, '0')}`,
            entryKind: EntryKind.IDENTIFIED,
            householdKind: HouseholdKind.ORDINARY,
            members: [create(MemberSchema, { ...member(randomUUID(), '01') })],
            causes: causes(),
            source: { importId: randomUUID(), row: n },
          },
          context: {
            ...request.context(village, basis.policy.version, Origin.HISTORY),
            extras: () => ({
              attachments: [{ table: 'household_directory', row: { household_id: streamId, village } }],
            }),
          },
        };
      }),
    );
    expect(handled.filter((one) => one instanceof Error)).toEqual([]);
    const answer = await harness.post(`/v1/villages/${village}/democratic-reviews`, review());
    expect(answer).toMatchObject({ status: 200, body: { done: count, refused: 0 } });
    expect(new Set(answer.body.items.map(({ householdId }) => householdId)).size).toBe(count);
  });
});
