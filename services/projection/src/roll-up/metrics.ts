/**
 * What is counted, each in households and in persons. Stocks are how many there are on a day, flows how many there have
 * been up to and including a day; both are sums of signed daily deltas. `policyEnded` is a part of `exited`; `registered`
 * and `poor` are sums of stocks.
 */
export const STOCKS = ['stillPoor', 'exited', 'returnedPoor', 'policyEnded'] as const;
export const FLOWS = [
  'identified',
  'newlyPoor',
  'missed',
  'splitOff',
  'movedIn',
  'movedOut',
  'mergedAway',
  'extinguished',
  'removed',
  'exits',
  'returns',
  'exitReversals',
  'membersAdded',
  'membersLeft',
  'backdated',
] as const;
export const METRICS = [...STOCKS, ...FLOWS] as const;

export type Metric = (typeof METRICS)[number];

/**
 * How the flows change the stock of registered households, so that stock(t) = stock(t0) + flows in households and in
 * persons. The others are counted beside it: exits and returns shift between stocks, reversals void an exit.
 */
export const BALANCE: Readonly<Partial<Record<Metric, 1 | -1>>> = {
  identified: 1,
  newlyPoor: 1,
  missed: 1,
  splitOff: 1,
  movedIn: 1,
  movedOut: -1,
  mergedAway: -1,
  extinguished: -1,
  removed: -1,
  membersAdded: 1,
  membersLeft: -1,
};

/** Position of a metric's household figure in a row of figures; its persons follow directly after. */
export const slotOf = Object.fromEntries(METRICS.map((m, i) => [m, i * 2])) as Record<Metric, number>;
export const SLOTS = METRICS.length * 2;

/** Column names in the order of the slots: still_poor_households, still_poor_persons, … */
export const METRIC_COLUMNS: readonly string[] = METRICS.flatMap((metric) => {
  const snake = metric.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  return [`${snake}_households`, `${snake}_persons`];
});
