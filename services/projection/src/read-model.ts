import { HOUSEHOLD_TOPIC, HouseholdEventSchema } from '@fupin/contracts';
import { shanghaiDate } from '@fupin/domain';
import { decodeEvent } from '@fupin/event-sourcing';
import type { AnyProjection, Projection } from '@fupin/event-sourcing';
import type { ClientBase } from 'pg';
import type { HouseholdRecord, RegisterEvent } from './event.js';
import { findingSql, saveFindings } from './finding/finding.table.js';
import { applyToHousehold, refold, takeHistory } from './household/household.fold.js';
import { newHousehold } from './household/household.js';
import type { Household } from './household/household.js';
import type { Place } from './household/household.table.js';
import {
  householdIndexSql,
  householdSql,
  loadFacts,
  loadHouseholds,
  saveFacts,
  saveHouseholds,
  savePlaces,
} from './household/household.table.js';
import { LedgerBatch, ledgerIndexSql, ledgerSql } from './ledger/ledger.table.js';
import { Deltas, diffHistories } from './roll-up/diff.js';
import { applyToFacts, isCounted } from './roll-up/facts.js';
import { historyOf } from './roll-up/history.js';
import type { Fact, History } from './roll-up/history.js';
import { ALL_CAUSES, RollUpBatch, rollUpSql } from './roll-up/roll-up.table.js';
import { loadTimelines, saveTimeline, timelineSql } from './timeline/timeline.table.js';
import { yearProjection, yearSql } from './year/year.table.js';

/** The live read models' schema. A rebuild makes a second one beside it and swaps them by name, so queries name it. */
export const READ_MODEL = 'read_model';

/**
 * Counts up when the same tables come to mean something else, so that they are rebuilt; another shape of the tables shows
 * by itself.
 */
export const READ_MODEL_VERSION = 2;

/** Tables of all read models, to be created in the schema of the search path. */
export const readModelSql = [householdSql, timelineSql, ledgerSql, rollUpSql, findingSql, yearSql].join('\n');
/** What queries need besides; quicker made over loaded tables than kept up while loading. */
export const readModelIndexSql = [householdIndexSql, ledgerIndexSql].join('\n');

/** All read models of the household topic: one batch becomes a handful of statements in the projector's transaction. */
export const householdProjection: Projection<RegisterEvent> = {
  topic: HOUSEHOLD_TOPIC,
  decode: (payload) => decodeEvent(HouseholdEventSchema, payload),
  apply: applyBatch,
};

/** Everything that fills the read models. */
export const projections: readonly AnyProjection[] = [householdProjection, yearProjection];

/**
 * Applies new events of one partition, in order, within the projector's transaction: folds per household in memory and
 * writes each table once. Throws when a stream goes backwards or has a gap; the projector stops the partition then.
 */
export async function applyBatch(tx: ClientBase, batch: readonly HouseholdRecord[]): Promise<void> {
  const streams = byStream(batch);
  const begun = [...streams].filter(([, records]) => records[0]!.version > 1).map(([id]) => id);
  const started = new Set(begun);
  const corrected = [...streams].filter(([, records]) => records.some(isCorrection)).map(([id]) => id);
  const counted = [...streams].filter(([, records]) => records.some(bearsOnHistory)).map(([id]) => id);
  const households = await loadHouseholds(tx, begun);
  const facts = await loadFacts(
    tx,
    counted.filter((id) => started.has(id)),
  );
  const pasts = await loadTimelines(tx, corrected);

  const ledger = new LedgerBatch();
  const rollUp = new RollUpBatch();
  const places: Place[] = [];
  const gaps: HouseholdRecord[] = [];
  for (const [id, records] of streams) {
    const first = records[0]!;
    const known = households.get(id);
    let household = known ?? newHousehold(id, first.region, first.occurredOn);
    gaps.push(...gapsIn(household, records));
    if (records.some(isCorrection))
      household = refold([...(pasts.get(id) ?? []), ...records] as [HouseholdRecord]);
    else for (const record of records) applyToHousehold(household, record);
    household.position = BigInt(records.at(-1)!.position);
    const villages = new Set([household.village, ...records.map((record) => record.region)]);
    households.set(id, household);
    countBackdated(rollUp, records);
    if (records.some(bearsOnHistory)) {
      const { facts: changed, histories } = applyCounted(id, records, facts.get(id) ?? [], ledger, rollUp);
      facts.set(id, changed);
      takeHistory(household, histories.at(-1)!);
      for (const { segments } of histories) for (const { village } of segments) villages.add(village);
    }
    // Almost always the one village that is known already.
    if (!known || villages.size > 1 || !villages.has(known.village))
      for (const village of villages) places.push({ village, householdId: id });
  }

  await checkSkipped(tx, gaps);

  await saveTimeline(tx, batch);
  await saveHouseholds(tx, [...households.values()]);
  await saveFacts(
    tx,
    counted.map((id) => ({ id, facts: facts.get(id) ?? [] })),
  );
  await savePlaces(tx, places);
  await saveFindings(tx, batch);
  await ledger.save(tx);
  await rollUp.save(tx);
}

const isCorrection = ({ event }: HouseholdRecord) => event.case === 'eventCorrected';
/** A household that is folded anew needs its history again, whatever was corrected. */
const bearsOnHistory = (record: HouseholdRecord) => isCorrection(record) || isCounted(record);

/** Lets the counted events of one household change its facts, and with them ledger and roll-up; gives all histories on the way. */
function applyCounted(
  householdId: string,
  records: readonly HouseholdRecord[],
  facts: readonly Fact[],
  ledger: LedgerBatch,
  rollUp: RollUpBatch,
): { facts: readonly Fact[]; histories: readonly History[] } {
  let history = historyOf(facts);
  const histories = [history];
  for (const record of records) {
    if (!isCounted(record)) continue;
    facts = applyToFacts(facts, record);
    const next = historyOf(facts);
    const knownOn = shanghaiDate(record.recordedAt);
    for (const delta of diffHistories(history, next)) rollUp.add(delta, knownOn);
    ledger.change(householdId, history, next, record);
    histories.push(next);
    history = next;
  }
  return { facts, histories };
}

/** Backdated steps are counted where and when they are said to have happened: backdating is how paper relief is made. */
function countBackdated(rollUp: RollUpBatch, records: readonly HouseholdRecord[]): void {
  for (const { envelope, region, occurredOn, recordedAt } of records) {
    if (!envelope.backdated) continue;
    const deltas = new Deltas();
    deltas.add(region, ALL_CAUSES, occurredOn, 'backdated', 1, 0);
    for (const delta of deltas.entries()) rollUp.add(delta, shanghaiDate(recordedAt));
  }
}

function byStream(batch: readonly HouseholdRecord[]): Map<string, HouseholdRecord[]> {
  const streams = new Map<string, HouseholdRecord[]>();
  for (const record of batch) {
    const records = streams.get(record.streamId);
    if (records) records.push(record);
    else streams.set(record.streamId, [record]);
  }
  return streams;
}

/** The events before which versions are missing; throws when a stream goes backwards. */
function gapsIn(household: Household, records: readonly HouseholdRecord[]): HouseholdRecord[] {
  let { version } = household;
  const gaps: HouseholdRecord[] = [];
  for (const record of records) {
    if (record.version <= version)
      throw new Error(`Household ${household.id}: version ${record.version} came after ${version}`);
    if (record.version > version + 1) gaps.push(record);
    version = record.version;
  }
  return gaps;
}

/**
 * A version may only be missing where an operator has decided to skip a message before it; a rebuild then comes to the
 * same rows as the live read model did.
 */
async function checkSkipped(tx: ClientBase, gaps: readonly HouseholdRecord[]): Promise<void> {
  for (const { topic, partition, position, streamId, version } of gaps) {
    const { rowCount } = await tx.query(
      `SELECT FROM skipped_messages WHERE topic = $1 AND partition = $2 AND (position IS NULL OR position < $3) LIMIT 1`,
      [topic, partition, position],
    );
    if (rowCount === 0)
      throw new Error(`Events of household ${streamId} before version ${version} are missing`);
  }
}
