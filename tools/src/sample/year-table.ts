import type { Client } from './client.js';

interface Count {
  readonly households: number;
  readonly persons: number;
}

interface YearRow {
  readonly year: number;
  readonly during: { readonly entries: Count; readonly exits: Count; readonly returns: Count };
  readonly atYearEnd: { readonly registered: Count; readonly poor: Count };
}

/** Waits until the projection has taken in everything; throws when one of its partitions has stopped. */
export async function untilProjected(projection: Client, signal: AbortSignal): Promise<void> {
  let quiet = 0;
  while (!signal.aborted) {
    const { lag, partitions } = await projection.get<{ lag: number; partitions: { stopped?: unknown }[] }>(
      '/v1/projector',
    );
    const stopped = partitions.find((partition) => partition.stopped);
    if (stopped) throw new Error(`the projection has stopped: ${JSON.stringify(stopped)}`);
    // Lag is what Kafka has; what the relay is still to send shows up a moment later.
    quiet = lag === 0 && partitions.length > 0 ? quiet + 1 : 0;
    if (quiet === 5) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Prints the closing table of a county, year by year, as the projection has it: households (persons). */
export async function printYears(
  projection: Client,
  county: string,
  say: (line: string) => void,
): Promise<void> {
  const { name, years } = await projection.get<{ name: string; years: YearRow[] }>(
    `/v1/regions/${county}/years?from=2014&to=2020`,
  );
  const cell = ({ households, persons }: Count): string => `${households} (${persons})`.padStart(16);
  say(`\n${name} ${county}: households (persons), from the projection\n`);
  say('year       registered          entered           exited         returned  poor at year end');
  say('年度       建档立卡             新增             脱贫             返贫        年末未脱贫');
  for (const { year, during, atYearEnd } of years)
    say(
      `${year} ${cell(atYearEnd.registered)} ${cell(during.entries)} ${cell(during.exits)} ${cell(during.returns)} ${cell(atYearEnd.poor)}`,
    );
}
