import type { SampleHousehold } from './household.js';
import { idNumbers, personOf, type SamplePerson } from './people.js';
import type { Random } from './random.js';

/**
 * What happens to a household beside its way out of poverty, at the end of a year in which it had exited and from which
 * on it stays so: 动态管理, and what was put right.
 */
export type SampleChange =
  | { readonly kind: 'birth' | 'marriageIn'; readonly year: number; readonly person: SamplePerson }
  /** The last of the members, never the head. */
  | { readonly kind: 'death' | 'marriageOut' | 'split'; readonly year: number }
  | { readonly kind: 'move'; readonly year: number; readonly village: string }
  /** The only member dies. */
  | { readonly kind: 'extinction'; readonly year: number }
  /** Found not to have met the standard at any time. */
  | { readonly kind: 'removal'; readonly year: number }
  /** The exit of the year before is cancelled, and the household exits lawfully. */
  | { readonly kind: 'wrongExit'; readonly year: number }
  /** A survey entered with a slip, and put right. */
  | { readonly kind: 'typingError'; readonly year: number };

export type ChangeKind = SampleChange['kind'];

const KINDS: readonly ChangeKind[] = [
  'birth',
  'death',
  'marriageIn',
  'move',
  'wrongExit',
  'typingError',
  'split',
  'marriageOut',
  'removal',
  'extinction',
];
/** One household in so many has a change, and at least one of each kind. */
const ONE_IN = 30;
/** Turns of ID numbers that the file itself never comes to. */
const LATER_NUMBERS = 300;

/** The change of each household that has one, by the number on its form; at most one, so that their order never matters. */
export function planChanges(
  random: Random,
  households: readonly SampleHousehold[],
  { county, villages, lastYear }: { county: string; villages: readonly string[]; lastYear: number },
): Map<string, SampleChange> {
  const number = idNumbers(county, LATER_NUMBERS);
  const free = households.filter(({ life }) => life.relapseYear === undefined && life.exitYear < lastYear);
  const changes = new Map<string, SampleChange>();
  const wanted = Math.max(KINDS.length, Math.floor(households.length / ONE_IN));
  for (let n = 0; n < wanted; n += 1) {
    const kind = KINDS[n % KINDS.length]!;
    const fitting = free.filter((household) => !changes.has(household.formNo) && fits(kind, household));
    if (fitting.length === 0) continue;
    const household = random.pick(fitting);
    // A wrong exit is found in the year after it; everything else later or in the exit's own year.
    const { exitYear } = household.life;
    const year = kind === 'wrongExit' ? exitYear + 1 : random.whole(exitYear, lastYear);
    changes.set(household.formNo, changeOf(random, kind, year, household, villages, number));
  }
  return changes;
}

function fits(kind: ChangeKind, { members, life }: SampleHousehold): boolean {
  switch (kind) {
    case 'extinction':
      return members.length === 1;
    case 'birth':
      return members.length >= 2 && members.some((member) => isWoman(member, life.exitYear));
    case 'death':
    case 'marriageOut':
    case 'split':
      return members.length >= 3;
    default:
      return members.length >= 2;
  }
}

/** Whether a member is a woman who may have a child in any of the years. */
export const isWoman = ({ sex, birthDate }: SamplePerson, year: number): boolean =>
  sex === 'female' && Number(birthDate.slice(0, 4)) <= year - 18;

function changeOf(
  random: Random,
  kind: ChangeKind,
  year: number,
  household: SampleHousehold,
  villages: readonly string[],
  number: (birthDate: string, sex: 'male' | 'female') => string,
): SampleChange {
  const { ethnicity, name } = household.members[0]!;
  const person = (birthYear: number, sex: 'male' | 'female', relation: string, surname?: string) =>
    personOf(random, {
      birthYear,
      sex,
      relation,
      ethnicity,
      health: '01',
      year,
      number,
      ...(surname !== undefined && { surname }),
    });
  switch (kind) {
    case 'birth': {
      const boy = random.chance(0.52);
      const child = person(year, boy ? 'male' : 'female', boy ? '07' : '08', name.slice(0, 1));
      // Born in the last days of the year, when all its other work is done.
      const birthDate = `${year}-12-${random.whole(10, 28)}`;
      return {
        kind,
        year,
        person: { ...child, birthDate, personNumber: number(birthDate, child.sex), health: '01' },
      };
    }
    case 'marriageIn':
      return { kind, year, person: person(year - random.whole(21, 30), 'female', '05') };
    case 'move':
      return { kind, year, village: random.pick(villages.filter((code) => code !== household.village)) };
    default:
      return { kind, year };
  }
}
