import { writeFormXlsx } from '@fupin/domain/register-form';
import { loadDivisions } from '@fupin/domain/divisions';
import { loadPolicy } from '@fupin/policy';
import { existsSync, openAsBlob, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { planChanges, type SampleChange } from './changes.js';
import { playChange, reverseExit } from './change-year.js';
import { client, inParallel, type Client } from './client.js';
import { formRows } from './form.js';
import { FIRST_YEAR, generateHouseholds, LAST_YEAR, poorAtEndOf, type SampleHousehold } from './household.js';
import { importFile } from './import-file.js';
import { seededRandom } from './random.js';
import {
  exitHouseholds,
  fileApplications,
  returnHouseholds,
  surveyIncomes,
  visitExited,
  type Known,
  type VillageYear,
} from './village-year.js';
import { printYears, untilProjected } from './year-table.js';

const SEED = 20_141_231;
const NEWLY_POOR_PER_YEAR = 4;
/** Villages worked on at the same time, like cadres at their desks. */
const DESKS = 12;

export interface SampleOptions {
  readonly county: string;
  readonly households: number;
  readonly urls: { readonly registry: string; readonly projection: string };
  readonly token: (claims: { role: string; region: string; scope: string }) => Promise<string>;
  readonly dataDir: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
  /** Told what was generated, for tests that compare. */
  readonly onGenerated?: (households: SampleHousehold[], changes: ReadonlyMap<string, SampleChange>) => void;
}

/** 422823101201 and its like; residents' communities (last three digits below 200) have no rural households. */
const isVillage = (code: string): boolean => Number(code.slice(9)) >= 200;

/**
 * Plays the sample once: a file of the register's form through the bulk import, then the years 2014 to 2020 through the REST
 * interface, as a county's offices would send them. Interrupted, it is played again from the start and changes nothing twice.
 */
export async function playSample(options: SampleOptions): Promise<void> {
  const { county, say, dataDir, urls } = options;
  const marker = join(dataDir, `sample-${county}.json`);
  const token = await options.token({ role: 'county', region: county, scope: 'history:write' });
  const registry = client(urls.registry, token);
  const projection = client(urls.projection, token);
  const done = existsSync(marker)
    ? (JSON.parse(readFileSync(marker, 'utf8')) as { households: number })
    : undefined;
  if (!done) await play(options, registry, projection);
  else if (done.households !== options.households)
    say(`sample data of ${done.households} households is there already; --reset starts anew`);
  await untilProjected(projection, options.signal);
  await printYears(projection, county, say);
  if (!done) writeFileSync(marker, JSON.stringify({ households: options.households }));
}

async function play(options: SampleOptions, registry: Client, projection: Client): Promise<void> {
  const { county, say, signal } = options;
  const divisions = loadDivisions();
  const villages = divisions
    .villagesOf(county)
    .map((village) => village.code)
    .filter(isVillage);
  const ruleSet = loadPolicy().at(county, `${FIRST_YEAR}-06-30`);
  const lineYuan = (year: number): number => Number(ruleSet.get(`povertyLine.${year}`).value);
  const households = generateHouseholds(seededRandom(SEED), {
    county,
    villages,
    households: options.households,
    newlyPoorPerYear: NEWLY_POOR_PER_YEAR,
    lineYuan,
  });
  const changes = planChanges(seededRandom(SEED + 1), households, { county, villages, lastYear: LAST_YEAR });
  options.onGenerated?.(households, changes);
  const first = households.filter(({ life }) => life.entryYear < FIRST_YEAR);
  const persons = first.reduce((sum, { members }) => sum + members.length, 0);
  say(
    `sample: ${divisions.pathName(county)}, ${first.length} households, ${persons} persons, ${villages.length} villages`,
  );

  const file = join(options.dataDir, `sample-${county}.xlsx`);
  await writeSampleFile(first, file);
  const source = `${divisions.pathName(county)}建档立卡登记表（示例数据）`;
  const ids = await importFile(registry, {
    county,
    file: await openAsBlob(file),
    registeredOn: `${FIRST_YEAR}-01-31`,
    source,
    say,
    signal,
  });
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1)
    await projection.put(`/v1/rural-populations/${county}/${year}`, {
      persons: persons * 8,
      source: 'sample data, invented',
    });

  const known = first.map((household): Known => {
    const householdId = ids.get(household.formNo);
    if (householdId === undefined)
      throw new Error(`household ${household.formNo} of the file is not in the register`);
    return { household, householdId };
  });
  for (let year = FIRST_YEAR; year <= LAST_YEAR; year += 1) {
    const entering = households.filter(({ life }) => life.entryYear === year);
    await playYear(registry, villages, year, known, entering, changes, say, signal);
  }
  // 年度封库 of the first year: its figures stand as published from now on.
  if (!signal.aborted) {
    const key = `sample-${county}-closing-${FIRST_YEAR}`;
    await registry.post(`/v1/regions/${county}/year-closings`, { year: FIRST_YEAR }, key);
  }
}

/** Whether a household is still worked on in its old village: not after it moved, ended or was removed. */
function isHere(change: SampleChange | undefined, year: number): boolean {
  if (change === undefined || year <= change.year) return true;
  return change.kind !== 'move' && change.kind !== 'extinction' && change.kind !== 'removal';
}

async function writeSampleFile(households: readonly SampleHousehold[], path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    const byVillage = [...households].sort((a, b) => (a.village < b.village ? -1 : 1));
    for await (const chunk of writeFormXlsx(byVillage.flatMap(formRows))) await file.write(chunk);
  } finally {
    await file.close();
  }
}

async function playYear(
  registry: Client,
  villages: readonly string[],
  year: number,
  known: Known[],
  entering: readonly SampleHousehold[],
  changes: ReadonlyMap<string, SampleChange>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  const counts = { entered: 0, returned: 0, exited: 0, changed: 0 };
  const changeOf = ({ household }: Known) => changes.get(household.formNo);
  const here = Map.groupBy(
    known.filter((one) => isHere(changeOf(one), year)),
    ({ household }) => household.village,
  );
  const applying = Map.groupBy(entering, ({ village }) => village);
  await inParallel(villages, DESKS, async (village) => {
    if (signal.aborted) return;
    const at: VillageYear = { registry, village, year };
    const old = here.get(village) ?? [];
    const added = await fileApplications(at, applying.get(village) ?? []);
    known.push(...added);
    const all = [...old, ...added];
    const wrongly = all.filter((one) => {
      const change = changeOf(one);
      return change?.kind === 'wrongExit' && change.year === year;
    });
    const relapsing = all.filter(({ household: { life } }) => life.relapseYear === year);
    const leaving = all.filter(
      (one) =>
        one.household.life.exitYear === year ||
        one.household.life.secondExitYear === year ||
        wrongly.includes(one),
    );
    for (const one of wrongly) await reverseExit(at, one);
    await returnHouseholds(at, relapsing);
    await visitExited(
      at,
      old.filter(
        (one) =>
          !poorAtEndOf(one.household.life, year - 1) &&
          one.household.life.relapseYear !== year &&
          !wrongly.includes(one),
      ),
    );
    await surveyIncomes(at, all);
    await exitHouseholds(at, leaving);
    for (const one of all) {
      const change = changeOf(one);
      if (change?.year !== year) continue;
      await playChange(at, one, change);
      counts.changed += 1;
    }
    counts.entered += added.length;
    counts.returned += relapsing.length;
    counts.exited += leaving.length;
  });
  if (signal.aborted) return;
  say(
    `  ${year}: ${counts.entered} newly poor, ${counts.returned} returned, ${counts.exited} exited, ${counts.changed} changed otherwise (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );
}
