import { HouseholdKind } from '@fupin/contracts';
import { loadPolicy } from '@fupin/policy';
import { registryPolicy, type LocalExitStandard } from '@fupin/policy/registry';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';
import { exitStandard } from './exit-standard.js';

const LINE = 400_000n;
const wuhan = (day: string) => registryPolicy(loadPolicy().at('420114', day), Number(day.slice(0, 4)));
/** Wuhan's demands of a day with the figures that an installation would set. */
const demands = (day: string): LocalExitStandard => {
  const { growthAboveCity, incomeAboveLine, securedIncomeAboveLine, shareOfDistrict } =
    wuhan(day).localExit(2016);
  return {
    growthAboveCity: { ...growthAboveCity!, cityGrowth: 0.1 },
    incomeAboveLine: { ...incomeAboveLine!, lineFen: LINE },
    securedIncomeAboveLine: { ...securedIncomeAboveLine!, lineFen: LINE },
    shareOfDistrict: { ...shareOfDistrict!, districtAverageFen: 1_000_000n },
  };
};
const under = (local: LocalExitStandard, commands: readonly HouseholdCommand[]): HouseholdCommand[] =>
  commands.map((command) => ({ ...command, policy: { ...story.POLICY, localExit: () => local } }));

/** Three persons' net income of 2015 per head; a loss as business cost. */
const lastYear = (fen: bigint): HouseholdCommand => {
  const survey = story.survey('2016-01-23', fen < 0n ? 0n : fen, 2015);
  return survey.type === 'surveyIncome' && fen < 0n ? { ...survey, businessCostFen: -fen * 3n } : survey;
};
/** A household ready to exit with these incomes per head of 2015 and 2016, up to the announcement. */
const ready = (before: bigint | undefined, now: bigint) => [
  ...story.identification('2016-01'),
  ...(before === undefined ? [] : [lastYear(before)]),
  ...story.ready('2016-02', now),
  ...story.exit('2016-02').slice(0, 3),
];
const posting = (local: LocalExitStandard, commands: readonly HouseholdCommand[]) =>
  given(householdDecider, ...story.live(...under(local, commands)).events).when(
    under(local, [story.notice('2016-02-05', 'exit')])[0]!,
  );
const posted = { status: 'stillPoor', progress: { lastStep: 'villageNotice' } };

describe('what Wuhan asks of an exit to the end of 2017', () => {
  const hard = demands('2017-12-31');

  it('REG-27 refuses income growth at the city’s and takes one fen more', () => {
    posting(hard, ready(700_000n, 770_000n)).thenRefused({
      code: 'income-growth-not-above-city',
      ruleId: 'REG-27',
      field: 'perCapitaNetIncome',
    });
    posting(hard, ready(700_000n, 770_001n)).thenState((s) => expect(s).toMatchObject(posted));
  });

  it('REG-27 takes any growth out of nothing or a loss', () => {
    for (const before of [0n, -100_000n]) {
      posting(hard, ready(before, LINE + 1n)).thenState((s) => expect(s).toMatchObject(posted));
    }
  });

  it('REG-27 refuses an income at the city’s line and takes one fen above it', () => {
    posting(hard, ready(100_000n, LINE)).thenRefused({
      code: 'income-not-above-municipal-line',
      ruleId: 'REG-27',
    });
    posting(hard, ready(100_000n, LINE + 1n)).thenState((s) => expect(s).toMatchObject(posted));
  });

  it('REG-27 needs the survey of the year before', () => {
    posting(hard, ready(undefined, 900_000n)).thenRefused({
      code: 'income-survey-missing',
      ruleId: 'REG-27',
    });
  });

  it('REG-27 says which figure the installation has not set', () => {
    const unset = wuhan('2016-02-05').localExit(2016);
    posting(unset, ready(100_000n, 900_000n)).thenRefused(
      { code: 'setting-missing', field: 'cityRuralIncomeGrowth.2016', ruleId: 'REG-27' },
      { code: 'setting-missing', field: 'municipalPovertyLine.2016', ruleId: 'REG-27' },
    );
  });

  it('REG-27 reports 70 % of the district’s income as an aim and never refuses for it', () => {
    const aimsAt = (now: bigint) => {
      const { state } = story.live(...under(hard, ready(100_000n, now)));
      if (state.status === 'none') throw new Error('no household');
      const basis = { ...story.on('2016-02-05'), policy: { ...story.POLICY, localExit: () => hard } };
      return exitStandard(state.file, basis, 2016);
    };
    expect(aimsAt(699_999n)).toMatchObject({
      missing: [],
      aims: [{ code: 'income-below-district-share', ruleId: 'REG-27', binding: 'aim' }],
    });
    expect(aimsAt(700_000n)).toMatchObject({ missing: [], aims: [] });
  });

  it.each([HouseholdKind.DIBAO, HouseholdKind.TEKUN])(
    'REG-30 compares the secured income of a household of kind %s with the city’s line, and asks no growth',
    (householdKind) => {
      const secured = (transferFen: bigint) => {
        const life = ready(900_000n, 300_000n).map((command): HouseholdCommand => {
          if (command.type === 'fileApplication') return { ...command, householdKind };
          if (command.type !== 'surveyIncome' || command.year !== 2016) return command;
          return { ...command, transferFen: transferFen * 3n };
        });
        return posting(hard, life);
      };
      secured(LINE).thenRefused({ code: 'income-not-above-municipal-line', ruleId: 'REG-30' });
      secured(LINE + 1n).thenState((s) => expect(s).toMatchObject(posted));
    },
  );
});

it('REG-10 TGT-22 asks nothing beyond the national standard from 2018 on, and nothing of other cities', () => {
  posting(demands('2018-01-01'), ready(700_000n, LINE - 1n)).thenState((s) =>
    expect(s).toMatchObject(posted),
  );
  posting({}, ready(undefined, story.LINE_2016 + 1n)).thenState((s) => expect(s).toMatchObject(posted));
  posting({}, ready(undefined, story.LINE_2016)).thenRefused({
    code: 'income-not-above-line',
    ruleId: 'REG-19',
  });
});
