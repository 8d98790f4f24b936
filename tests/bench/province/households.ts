import { loadPolicy } from '@fupin/policy';
import type { FormRow } from '@fupin/domain/register-form';
import { formRows } from '../../../tools/src/sample/form.js';
import { FIRST_YEAR, generateHouseholds, type SampleHousehold } from '../../../tools/src/sample/household.js';
import { seededRandom } from '../../../tools/src/sample/random.js';
import type { CountyShare } from './scale.js';

const SEED = 20_141_231;
const policy = loadPolicy();

/**
 * The households of a county in the order of their villages: always the same ones, so that they need not be kept between
 * the years of a system that is larger than this process's memory.
 */
export function householdsOf({ code, villages, households }: CountyShare): SampleHousehold[] {
  const ruleSet = policy.at(code, `${FIRST_YEAR}-06-30`);
  return generateHouseholds(seededRandom(SEED + Number(code)), {
    county: code,
    villages,
    households,
    newlyPoorPerYear: 0,
    lineYuan: (year) => Number(ruleSet.get(`povertyLine.${year}`).value),
  }).sort((a, b) => (a.village < b.village ? -1 : a.village > b.village ? 1 : 0));
}

/** The form's rows of whole counties; the households' numbers are unique in the file. */
export function* rowsOf(counties: readonly CountyShare[]): Generator<FormRow> {
  for (const county of counties) {
    let number = 0;
    for (const household of householdsOf(county)) {
      const householdNo = formNoOf(county.code, number);
      number += 1;
      for (const row of formRows(household)) yield { ...row, householdNo };
    }
  }
}

/** 户编号 of the file: the county and the household's place in it. */
export const formNoOf = (county: string, number: number): string =>
  `${county}-${String(number).padStart(6, '0')}`;
