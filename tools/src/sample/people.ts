import type { Random } from './random.js';

/** A person as a cadre writes him on the form. */
export interface SamplePerson {
  readonly name: string;
  readonly sex: 'male' | 'female';
  readonly birthDate: string;
  /** 18-digit ID number, or the 20 digits of a disability card. */
  readonly personNumber: string;
  /** Code of the register's relation list; 01 is the head. */
  readonly relation: string;
  /** GB 3304. */
  readonly ethnicity: string;
  readonly education: string;
  readonly schooling: string;
  readonly health: string;
  readonly workAbility: string;
  readonly workplace: string;
  readonly monthsWorked: number;
}

// Common in the west of Hubei.
const SURNAMES = [...'向谭田黄李张王邓陈刘谢覃冉郑宋杨周徐朱赵', '欧阳', '上官'];
const MALE = [...'国家建明华军平文志伟强勇林海波涛斌辉永成祥贵富德才山云龙春生'];
const FEMALE = [...'秀英芳兰珍桂梅玉琼翠红霞艳丽萍娟菊香莲凤春花敏静雪燕婷'];
// Characters outside the first plane of Unicode occur in names; a system that loses them loses the person.
const RARE = ['𬭼', '䶮', '𠅤', '㛃'];

/** A person's name of two or three characters; about one in 400 holds a rare character or a dot. */
export function nameOf(random: Random, sex: 'male' | 'female', surname = random.pick(SURNAMES)): string {
  const given = sex === 'male' ? MALE : FEMALE;
  if (random.chance(0.001)) return `阿依古丽·${surname}${random.pick(given)}`;
  const first = random.chance(0.002) ? random.pick(RARE) : random.pick(given);
  return surname + first + (random.chance(0.75) ? random.pick(given) : '');
}

export const surnameOf = (random: Random): string => random.pick(SURNAMES);

/** The check character of an ID number's first 17 digits (GB 11643). */
export function checkCharacter(digits: string): string {
  let sum = 0;
  for (let position = 0; position < 17; position += 1)
    sum += Number(digits[position]) * (2 ** (17 - position) % 11);
  return '10X98765432'[sum % 11] ?? '';
}

/**
 * Gives ID numbers of one county that never repeat; the 17th digit is odd for men and even for women. `from` is the turn of
 * a day and sex to begin with, so that two generators share a county.
 */
export function idNumbers(county: string, from = 0): (birthDate: string, sex: 'male' | 'female') => string {
  const used = new Map<string, number>();
  return (birthDate, sex) => {
    const key = birthDate + sex;
    const turn = used.get(key) ?? from;
    used.set(key, turn + 1);
    // Sequence numbers 001–998 by sex; a day with more births of one sex than that does not occur in a sample.
    const sequence = turn * 2 + (sex === 'male' ? 1 : 2);
    const digits = county + birthDate.replaceAll('-', '') + String(sequence).padStart(3, '0');
    return digits + checkCharacter(digits);
  };
}

/** A birth date in the given year; days stop at 28 so that every month has them. */
export function birthDateIn(random: Random, year: number): string {
  return `${year}-${String(random.whole(1, 12)).padStart(2, '0')}-${String(random.whole(1, 28)).padStart(2, '0')}`;
}

/** The relation, schooling and work codes follow from age and health, as on a form that was filled in with care. */
export function personOf(
  random: Random,
  given: {
    readonly birthYear: number;
    readonly sex: 'male' | 'female';
    readonly relation: string;
    readonly ethnicity: string;
    readonly surname?: string;
    readonly health: string;
    readonly year: number;
    readonly number: (birthDate: string, sex: 'male' | 'female') => string;
  },
): SamplePerson {
  const birthDate = birthDateIn(random, given.birthYear);
  const age = given.year - given.birthYear;
  const idNumber = given.number(birthDate, given.sex);
  const disabled = given.health === '04';
  const atSchool = age >= 6 && age <= 17;
  const works = age >= 18 && age <= 62 && !disabled && given.health !== '03';
  return {
    name: nameOf(random, given.sex, given.surname),
    sex: given.sex,
    birthDate,
    // A disability card is the ID number, the kind of disability (1–7) and its grade (1–4).
    personNumber:
      disabled && random.chance(0.5) ? `${idNumber}${random.whole(1, 7)}${random.whole(1, 4)}` : idNumber,
    relation: given.relation,
    ethnicity: given.ethnicity,
    education:
      age < 6
        ? '06'
        : atSchool
          ? age < 12
            ? '02'
            : '03'
          : random.weighted([
              ['01', 15],
              ['02', 40],
              ['03', 35],
              ['04', 8],
              ['05', 2],
            ]),
    schooling: !atSchool
      ? age >= 3 && age < 6
        ? '02'
        : '01'
      : age < 12
        ? '03'
        : age === 12
          ? '04'
          : age === 13
            ? '05'
            : age === 14
              ? '06'
              : '07',
    health: given.health,
    workAbility: works
      ? random.weighted([
          ['01', 85],
          ['02', 15],
        ])
      : disabled || age > 62
        ? '03'
        : '04',
    workplace: works
      ? random.weighted([
          ['01', 50],
          ['02', 15],
          ['03', 12],
          ['04', 20],
          ['05', 3],
        ])
      : '05',
    monthsWorked: works ? random.whole(2, 11) : 0,
  };
}
