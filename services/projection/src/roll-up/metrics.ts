/**
 * What is counted, each in households and in persons. Stocks are how many there are on a day, flows how many there have
 * been up to and including a day; both are sums of signed daily deltas. `registered` and `poor` are sums of stocks.
 */
export const STOCKS = ['stillPoor', 'exited', 'returnedPoor'] as const;
export const FLOWS = ['identified', 'newlyPoor', 'missed', 'exits', 'returns', 'backdated'] as const;
export const METRICS = [...STOCKS, ...FLOWS] as const;

export type Metric = (typeof METRICS)[number];

/** Position of a metric's household figure in a row of figures; its persons follow directly after. */
export const slotOf = Object.fromEntries(METRICS.map((m, i) => [m, i * 2])) as Record<Metric, number>;
export const SLOTS = METRICS.length * 2;

/** Column names in the order of the slots: still_poor_households, still_poor_persons, … */
export const METRIC_COLUMNS: readonly string[] = METRICS.flatMap((metric) => {
  const snake = metric.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
  return [`${snake}_households`, `${snake}_persons`];
});
