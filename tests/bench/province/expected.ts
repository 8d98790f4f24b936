import { personsAt, villageAt, type Known } from './changes.js';
import { FIRST_YEAR, poorAtEndOf } from '../../../tools/src/sample/household.js';

/** Households and persons. */
export interface Count {
  households: number;
  persons: number;
}

/** One line of the year table, as the driver expects it. */
export interface ExpectedYear {
  readonly registered: Count;
  readonly entries: Count;
  readonly exits: Count;
  readonly returns: Count;
  readonly poor: Count;
}

const none = (): Count => ({ households: 0, persons: 0 });

/** What the year table of each region must say in the end, counted from the generated lives alone. */
export class Expected {
  private readonly tables = new Map<string, Map<number, ExpectedYear>>();

  constructor(private readonly years: readonly number[]) {}

  /** Counts a household for its county and its province, wherever it lives in each year. */
  add({ household, changes }: Known): void {
    const { life } = household;
    for (const year of this.years) {
      const count = (name: keyof ExpectedYear, village: string, persons: number): void => {
        for (const region of [village.slice(0, 2), village.slice(0, 6)]) {
          const figure = this.of(region).get(year)?.[name];
          if (!figure) throw new Error(`no line of ${year}`);
          figure.households += 1;
          figure.persons += persons;
        }
      };
      // All changes come at the end of the year: its steps find the household as it was before.
      const during = (name: keyof ExpectedYear): void =>
        count(name, villageAt(household, changes, year - 1), personsAt(household, changes, year - 1));
      const atEnd = (name: keyof ExpectedYear): void =>
        count(name, villageAt(household, changes, year), personsAt(household, changes, year));
      if (year === FIRST_YEAR) during('entries');
      if (life.exitYear === year || life.secondExitYear === year) during('exits');
      if (life.relapseYear === year) during('returns');
      atEnd('registered');
      if (poorAtEndOf(life, year)) atEnd('poor');
    }
  }

  regions(): string[] {
    return [...this.tables.keys()].sort();
  }

  of(region: string): Map<number, ExpectedYear> {
    const known =
      this.tables.get(region) ??
      new Map(
        this.years.map((year) => [
          year,
          { registered: none(), entries: none(), exits: none(), returns: none(), poor: none() },
        ]),
      );
    this.tables.set(region, known);
    return known;
  }
}
