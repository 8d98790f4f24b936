import fc from 'fast-check';
import { create } from '@bufbuild/protobuf';
import { EntryKind, EvidenceSchema, Fuel, Guarantee, HouseholdKind } from '@fupin/contracts';
import { MAX_FEN } from '@fupin/domain';
import { given } from '@fupin/event-sourcing/testing';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand, IncomeFigures, RegisterFromHistory } from './commands.js';
import { householdDecider } from './decider.js';
import { incomeSurveyed } from './facts.js';

const { live } = story;
const after = (...commands: HouseholdCommand[]) => given(householdDecider, ...live(...commands).events);
const applicant = after(story.apply('2016-01-01'));

const figures = (rest: Partial<IncomeFigures> = {}): IncomeFigures => ({
  year: 2016,
  wageFen: 1_200_000n,
  businessFen: 450_000n,
  transferFen: 180_050n,
  propertyFen: 0n,
  businessCostFen: 120_000n,
  evidence: story.evidence('2016-11-01'),
  ...rest,
});
const surveyed = (rest: Partial<IncomeFigures> = {}): HouseholdCommand => ({
  type: 'surveyIncome',
  ...story.on('2016-11-01'),
  ...figures(rest),
});
const resultOf = (of: IncomeFigures, size: number) => {
  const event = incomeSurveyed(of, size);
  if (event.case !== 'incomeSurveyed') throw new Error('another event');
  return event.value;
};

describe('facts of a household that has ended', () => {
  it('REG-20 nothing is recorded about a household without members', () => {
    const ended = after(
      story.apply('2016-01-01'),
      change.leaves('2016-03-01', 'child'),
      change.leaves('2016-03-02', 'spouse'),
      change.leaves('2016-03-03', 'head'),
    );
    for (const fact of [surveyed(), story.assess('2016-11-01')])
      ended.when(fact).thenRefused({ code: 'wrong-status', ruleId: 'REG-20' });
  });
});

describe('income survey (A17–A20)', () => {
  it('reckons A19 = a + b + c + d − A18 and A20 = A19 / persons', () => {
    expect(resultOf(figures(), 3)).toMatchObject({
      netIncomeFen: 1_710_050n,
      persons: 3,
      perCapitaNetIncomeFen: 570_017n,
    });
  });

  it.each([
    [4n, 8, 1n],
    [3n, 8, 0n],
    [11n, 2, 6n],
    [10n, 3, 3n],
  ])('rounds A20 half up at the fen: %s / %s = %s', (net, size, expected) => {
    const only = figures({ wageFen: net, businessFen: 0n, transferFen: 0n, businessCostFen: 0n });
    expect(resultOf(only, size).perCapitaNetIncomeFen).toBe(expected);
  });

  it('keeps a loss: costs above all income', () => {
    expect(resultOf(figures({ businessCostFen: 3_000_000n }), 3).netIncomeFen).toBe(-1_169_950n);
  });

  it('never strays from the exact quotient by more than half a fen', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 10n ** 12n), fc.integer({ min: 1, max: 20 }), (net, size) => {
        const only = figures({ wageFen: net, businessFen: 0n, transferFen: 0n, businessCostFen: 0n });
        const twice = 2n * (resultOf(only, size).perCapitaNetIncomeFen * BigInt(size) - net);
        expect(twice <= BigInt(size) && twice > -BigInt(size)).toBe(true);
      }),
    );
  });

  it('refuses negative amounts, a strange year, another size, missing evidence', () => {
    applicant.when(surveyed({ wageFen: -1n })).thenRefused({ code: 'amount-negative', field: 'wage' });
    applicant
      .when(surveyed({ businessCostFen: -1n }))
      .thenRefused({ code: 'amount-negative', field: 'businessCost' });
    const most = { businessFen: 0n, transferFen: 0n, businessCostFen: 0n };
    applicant.when(surveyed({ ...most, wageFen: MAX_FEN })).thenState(() => undefined);
    applicant
      .when(surveyed({ ...most, wageFen: MAX_FEN, propertyFen: 1n }))
      .thenRefused({ code: 'amount-out-of-range' });
    applicant.when(surveyed({ year: 2014 })).thenRefused({ code: 'survey-year-out-of-range' });
    applicant.when(surveyed({ year: 2017 })).thenRefused({ code: 'survey-year-out-of-range' });
    applicant.when(surveyed({ year: 2015 })).thenState(() => undefined);
    applicant
      .when(surveyed({ persons: 2 }))
      .thenRefused({ code: 'household-size-differs', field: 'persons' });
    applicant.when(surveyed({ persons: 3 })).thenState(() => undefined);
    applicant
      .when(surveyed({ evidence: create(EvidenceSchema, {}) }))
      .thenRefused({ code: 'evidence-missing' });
    applicant
      .when(surveyed({ evidence: story.evidence('2016-11-02') }))
      .thenRefused({ code: 'paper-later-than-fact', field: 'evidence.datedOn' });
  });

  it('refuses a survey of a household nobody knows', () => {
    after().when(surveyed()).thenRefused({ code: 'wrong-status' });
  });
});

describe('other facts', () => {
  it('REG-01 takes each guarantee once, with evidence', () => {
    applicant
      .when(story.assess('2016-02-01', [Guarantee.FOOD, Guarantee.FOOD]))
      .thenRefused({ code: 'guarantee-twice', field: 'findings[1]' });
    applicant.when(story.assess('2016-02-01', [])).thenRefused({ code: 'findings-missing' });
    const bare = {
      ...story.assess('2016-02-01', [Guarantee.FOOD]),
      findings: [{ guarantee: 1, holds: true }],
    };
    applicant
      .when(bare as unknown as HouseholdCommand)
      .thenRefused({ code: 'evidence-missing', field: 'findings[0].evidence' });
  });

  it('takes a house with area and structure, or none at all', () => {
    const house = (area: number, structure: number, builtYear: number): HouseholdCommand => ({
      type: 'recordLivingConditions',
      ...story.on('2016-02-01'),
      housingAreaHundredthM2: area,
      structure,
      builtYear,
      electricity: true,
      tapWater: false,
    });
    applicant.when(house(9650, 2, 1998)).thenState(() => undefined);
    applicant.when(house(9650, 2, 0)).thenState(() => undefined);
    applicant.when(house(0, 0, 0)).thenState(() => undefined);
    applicant.when(house(0, 2, 0)).thenRefused({ code: 'house-incomplete' });
    applicant.when(house(9650, 0, 1998)).thenRefused({ code: 'house-incomplete' });
    applicant.when(house(9650, 2, 2016)).thenState(() => undefined);
    applicant.when(house(9650, 2, 2017)).thenRefused({ code: 'built-in-future' });
  });

  it('A36 takes three fuels, none twice, and shows the living conditions of the latest day', () => {
    const living = (occurredOn: string, fuels: Fuel[]): HouseholdCommand => ({
      type: 'recordLivingConditions',
      ...story.on(occurredOn),
      housingAreaHundredthM2: 0,
      structure: 0,
      builtYear: 0,
      electricity: true,
      tapWater: false,
      relocation: true,
      fuels,
      distanceToMarketM: 4500,
    });
    const three = [Fuel.FIREWOOD, Fuel.COAL, Fuel.ELECTRICITY];
    applicant
      .when(living('2016-02-02', [...three, Fuel.GAS]))
      .thenRefused({ code: 'too-many-fuels', field: 'fuels' });
    applicant
      .when(living('2016-02-02', [Fuel.COAL, Fuel.COAL]))
      .thenRefused({ code: 'fuel-twice', field: 'fuels' });
    const after = applicant.when(living('2016-02-02', three));
    after.thenState((state) =>
      expect(state).toMatchObject({
        file: {
          livingConditions: {
            occurredOn: '2016-02-02',
            value: { relocation: true, fuels: three, distanceToMarketM: 4500 },
          },
        },
      }),
    );
    after
      .when(living('2016-02-01', [Fuel.GAS]))
      .thenState((state) =>
        expect(state).toMatchObject({ file: { livingConditions: { occurredOn: '2016-02-02' } } }),
      );
  });

  it('keeps the causes as last known', () => {
    applicant
      .when({ type: 'recordPovertyCauses', ...story.on('2016-02-01'), causes: story.causes('02', '03') })
      .thenState((state) =>
        expect(state).toMatchObject({ file: { causes: { main: { code: '02' }, others: [{ code: '03' }] } } }),
      );
    applicant
      .when({ type: 'recordPovertyCauses', ...story.on('2016-02-01'), causes: story.causes('02', '02') })
      .thenRefused({ code: 'cause-twice' });
  });
});

describe('taking over from an older register', () => {
  const fromHistory = (rest: Partial<RegisterFromHistory> = {}): RegisterFromHistory => ({
    type: 'registerFromHistory',
    ...story.on('2014-06-30', { today: '2016-12-31', origin: 'history' }),
    householdNo: '422823101201-00001',
    entryKind: EntryKind.IDENTIFIED,
    householdKind: HouseholdKind.DIBAO,
    members: story.members(),
    causes: story.causes(),
    source: { importId: 'import-1', row: 7 },
    survey: { ...figures({ year: 2013 }), evidence: story.evidence('2014-01-01') },
    livingConditions: {
      housingAreaHundredthM2: 0,
      structure: 0,
      builtYear: 0,
      electricity: true,
      tapWater: true,
    },
    ...rest,
  });

  it('registers with the source named, the survey and the living conditions in one decision', () => {
    after()
      .when(fromHistory())
      .thenState((state) =>
        expect(state).toMatchObject({
          status: 'stillPoor',
          registeredOn: '2014-06-30',
          file: { surveys: [{ year: 2013, persons: 3 }], householdKind: HouseholdKind.DIBAO },
        }),
      );
    const { events } = live(fromHistory());
    expect(events.map(({ event }) => event.case)).toEqual([
      'householdRegistered',
      'incomeSurveyed',
      'livingConditionsRecorded',
    ]);
    expect(events[0]).toMatchObject({
      backdated: false,
      event: { value: { historySource: { importId: 'import-1', row: 7 }, evidenceEventIds: [] } },
    });
  });

  it('REG-20 only under the history scope, for a household nobody knows', () => {
    after()
      .when(fromHistory({ origin: 'live', occurredOn: '2016-12-31', survey: undefined! }))
      .thenRefused({ code: 'history-scope-needed', ruleId: 'REG-20' });
    after(story.apply('2016-01-01'))
      .when(fromHistory())
      .thenRefused({ code: 'wrong-status', ruleId: 'REG-20' });
  });

  it('checks what it takes over like anything else', () => {
    after()
      .when(fromHistory({ entryKind: EntryKind.RELAPSED }))
      .thenRefused({ code: 'entry-kind-not-allowed' });
    after()
      .when(fromHistory({ members: [story.member('a')] }))
      .thenRefused({ code: 'one-head-needed' });
    after()
      .when(fromHistory({ causes: story.causes('01', '01') }))
      .thenRefused({ code: 'cause-twice' });
    after()
      .when(fromHistory({ survey: figures({ year: 2010 }) }))
      .thenRefused({ code: 'survey-year-out-of-range' }, { code: 'paper-later-than-fact' });
    after()
      .when(fromHistory({ occurredOn: '2017-01-01' }))
      .thenRefused({ code: 'date-in-future' });
  });
});
