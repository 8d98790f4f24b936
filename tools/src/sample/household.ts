import { idNumbers, personOf, surnameOf, type SamplePerson } from './people.js';
import type { Random } from './random.js';

/** Income of one year as on the form (A17a–d, A18), in whole fen. */
export interface SampleIncome {
  readonly wageFen: number;
  readonly businessFen: number;
  readonly transferFen: number;
  readonly propertyFen: number;
  readonly businessCostFen: number;
}

/** What happens to the household: years, in order. */
export interface SampleLife {
  /** Year it came in; 2013 is the first registration, a later one a household that became poor later. */
  readonly entryYear: number;
  readonly exitYear: number;
  readonly relapseYear?: number;
  readonly secondExitYear?: number;
}

export interface SampleHousehold {
  /** Number on the form, unique in the file. */
  readonly formNo: string;
  readonly village: string;
  readonly kind: 'ordinary' | 'dibao' | 'tekun';
  readonly members: readonly SamplePerson[];
  readonly mainCause: string;
  readonly otherCauses: readonly string[];
  readonly relapseCause: string;
  readonly phone: string;
  readonly bankName: string;
  readonly bankAccount: string;
  readonly house: {
    readonly areaM2: number;
    readonly structure: string;
    readonly builtYear: number;
    readonly electricity: boolean;
    readonly tapWater: boolean;
  };
  readonly life: SampleLife;
  /** Income by year, from the year before the entry to 2020. */
  readonly incomes: ReadonlyMap<number, SampleIncome>;
}

export const FIRST_YEAR = 2014;
export const LAST_YEAR = 2020;

// Shares of those registered at first that leave in each year: few at first, most in 2016–2019, all out by 2020 (TGT-01).
const EXIT_SHARES: readonly (readonly [number, number])[] = [
  [2014, 8],
  [2015, 12],
  [2016, 18],
  [2017, 20],
  [2018, 20],
  [2019, 17],
  [2020, 5],
];
// Causes of poverty, register list: illness, disability, schooling, no skill, no labour, no money, traffic …
const CAUSES: readonly (readonly [string, number])[] = [
  ['01', 38],
  ['02', 10],
  ['03', 12],
  ['04', 3],
  ['05', 3],
  ['06', 1],
  ['07', 14],
  ['08', 8],
  ['09', 7],
  ['10', 3],
  ['11', 1],
];

function lifeOf(random: Random, entryYear: number): SampleLife {
  const exitYear =
    entryYear < FIRST_YEAR
      ? random.weighted(EXIT_SHARES)
      : random.whole(Math.min(entryYear + 1, LAST_YEAR), LAST_YEAR);
  const mayRelapse = exitYear <= 2017 && random.chance(0.02);
  if (!mayRelapse) return { entryYear, exitYear };
  const relapseYear = random.whole(exitYear + 1, 2018);
  return { entryYear, exitYear, relapseYear, secondExitYear: random.whole(relapseYear + 1, LAST_YEAR) };
}

/** True when the household is poor at the end of the year. */
export function poorAtEndOf(life: SampleLife, year: number): boolean {
  if (year < life.entryYear) return false;
  if (life.relapseYear !== undefined && year >= life.relapseYear)
    return year < (life.secondExitYear ?? Infinity);
  return year < life.exitYear;
}

function incomesOf(
  random: Random,
  life: SampleLife,
  persons: number,
  lineYuan: (year: number) => number,
): Map<number, SampleIncome> {
  const incomes = new Map<number, SampleIncome>();
  let previous = 0;
  for (let year = Math.min(life.entryYear, 2013); year <= LAST_YEAR; year += 1) {
    const line = lineYuan(year);
    const poor = year < life.entryYear ? false : poorAtEndOf(life, year);
    // A poor household lies below the line; one that exits stands well above it and grows on.
    const perHead = poor
      ? line * (0.45 + random.next() * 0.5)
      : Math.max(
          line * (1.15 + random.next() * 0.7),
          previous > line ? previous * (1.02 + random.next() * 0.12) : 0,
        );
    previous = perHead;
    const netFen = Math.round(perHead * 100) * persons;
    const wageFen = Math.round(netFen * (0.3 + random.next() * 0.3));
    const transferFen = Math.round(netFen * (0.08 + random.next() * 0.12));
    const propertyFen = random.chance(0.3) ? Math.round(netFen * 0.03) : 0;
    const businessCostFen = Math.round(netFen * (0.05 + random.next() * 0.15));
    incomes.set(year, {
      wageFen,
      transferFen,
      propertyFen,
      businessCostFen,
      businessFen: netFen - wageFen - transferFen - propertyFen + businessCostFen,
    });
  }
  return incomes;
}

function membersOf(
  random: Random,
  year: number,
  number: (birthDate: string, sex: 'male' | 'female') => string,
  cause: string,
): SamplePerson[] {
  const ethnicity = random.weighted([
    ['01', 48],
    ['15', 47],
    ['06', 5],
  ] as const);
  const surname = surnameOf(random);
  const size = random.weighted([
    [1, 14],
    [2, 22],
    [3, 26],
    [4, 22],
    [5, 12],
    [6, 4],
  ] as const);
  const headYear = year - random.whole(28, 72);
  const headSex = random.chance(0.82) ? 'male' : 'female';
  const healthOf = (age: number): string => (random.chance(age > 55 ? 0.25 : 0.05) ? '02' : '01');
  const ill = cause === '01' ? '03' : cause === '02' ? '04' : undefined;
  const person = (
    birthYear: number,
    sex: 'male' | 'female',
    relation: string,
    health = healthOf(year - birthYear),
    family?: string,
  ): SamplePerson =>
    personOf(random, {
      birthYear,
      sex,
      relation,
      ethnicity,
      health,
      year,
      number,
      ...(family !== undefined && { surname: family }),
    });
  const members = [
    person(headYear, headSex, '01', size === 1 && ill !== undefined ? ill : undefined, surname),
  ];
  if (size >= 2)
    members.push(person(headYear + random.whole(-4, 6), headSex === 'male' ? 'female' : 'male', '02', ill));
  const childrenFrom = headYear + random.whole(20, 27);
  for (let child = 0; members.length < size && child < 3; child += 1) {
    const birthYear = Math.min(childrenFrom + child * random.whole(2, 4), year - 1);
    const sex = random.chance(0.53) ? 'male' : 'female';
    members.push(person(birthYear, sex, sex === 'male' ? '03' : '04', '01', surname));
  }
  if (members.length < size)
    members.push(person(headYear - random.whole(20, 26), 'male', '11', undefined, surname));
  if (members.length < size) members.push(person(headYear - random.whole(19, 25), 'female', '12'));
  return members;
}

/**
 * Generates the households of one county. The same seed, county and number give the same households.
 * `lineYuan` gives the poverty line of a year in yuan per head.
 */
export function generateHouseholds(
  random: Random,
  options: {
    readonly county: string;
    readonly villages: readonly string[];
    readonly households: number;
    readonly newlyPoorPerYear: number;
    readonly lineYuan: (year: number) => number;
  },
): SampleHousehold[] {
  const number = idNumbers(options.county);
  const households: SampleHousehold[] = [];
  const add = (entryYear: number): void => {
    const village = random.pick(options.villages);
    const mainCause = random.weighted(CAUSES);
    const otherCauses = [...new Set([random.weighted(CAUSES), random.weighted(CAUSES)])]
      .filter((code) => code !== mainCause)
      .slice(0, random.whole(0, 2));
    const members = membersOf(random, entryYear, number, mainCause);
    const life = lifeOf(random, entryYear);
    const homeless = random.chance(0.01);
    households.push({
      formNo: String(households.length + 1).padStart(6, '0'),
      village,
      kind: random.weighted([
        ['ordinary', 70],
        ['dibao', 24],
        ['tekun', 6],
      ] as const),
      members,
      mainCause,
      otherCauses,
      relapseCause: random.weighted([
        ['01', 60],
        ['04', 20],
        ['03', 10],
        ['08', 10],
      ] as const),
      phone: `1${random.pick(['38', '59', '77', '87'])}${String(random.whole(0, 99_999_999)).padStart(8, '0')}`,
      bankName: '农村商业银行',
      bankAccount: `62${String(random.whole(0, 10 ** 9 - 1)).padStart(9, '0')}${String(random.whole(0, 10 ** 8 - 1)).padStart(8, '0')}`,
      house: homeless
        ? { areaM2: 0, structure: '', builtYear: 0, electricity: false, tapWater: false }
        : {
            areaM2: random.whole(30, 160),
            structure: random.pick(['adobe', 'brickTimber', 'brickConcrete']),
            builtYear: random.whole(1965, 2012),
            electricity: random.chance(0.97),
            tapWater: random.chance(0.6),
          },
      life,
      incomes: incomesOf(random, life, members.length, options.lineYuan),
    });
  };
  for (let count = 0; count < options.households; count += 1) add(2013);
  for (let year = FIRST_YEAR + 1; year < LAST_YEAR; year += 1)
    for (let count = 0; count < options.newlyPoorPerYear; count += 1) add(year);
  return households;
}
