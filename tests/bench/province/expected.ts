import { FIRST_YEAR, poorAtEndOf, type SampleHousehold } from '../../../tools/src/sample/household.js';

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

  /** Counts a household for its county and its province. */
  add({ village, life, members }: SampleHousehold): void {
    const persons = members.length;
    const to = (count: Count): void => {
      count.households += 1;
      count.persons += persons;
    };
    for (const region of [village.slice(0, 2), village.slice(0, 6)]) {
      for (const [year, line] of this.of(region)) {
        to(line.registered);
        if (year === FIRST_YEAR) to(line.entries);
        if (life.exitYear === year || life.secondExitYear === year) to(line.exits);
        if (life.relapseYear === year) to(line.returns);
        if (poorAtEndOf(life, year)) to(line.poor);
      }
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
