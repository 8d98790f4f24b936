/**
 * Condition that a village code lies within a region, as a range of an index on `village`: codes are digits, and ':' sorts
 * right after them. `$` adds a parameter and gives its place.
 */
export const villageWithin = (region: string, $: (value: unknown) => string): string =>
  region.length === 12
    ? `village = ${$(region)}`
    : `village >= ${$(region)} AND village < ${$(`${region}:`)}`;
