import { HOUSEHOLD_TOPIC, HouseholdEventSchema } from '@fupin/contracts';
import { shanghaiDate } from '@fupin/domain';
import { decodeEvent } from '@fupin/event-sourcing';
import type { Projection } from '@fupin/event-sourcing';
import type { ClientBase } from 'pg';
import type { HouseholdRecord, RegisterEvent } from './event.js';
import { applyToHousehold, takeHistory } from './household/household.fold.js';
import { newHousehold } from './household/household.js';
import type { Household } from './household/household.js';
import {
  householdIndexSql,
  householdSql,
  loadFacts,
  loadHouseholds,
  saveFacts,
  saveHouseholds,
} from './household/household.table.js';
import { LedgerBatch, ledgerIndexSql, ledgerSql } from './ledger/ledger.table.js';
import { Deltas, diffHistories } from './roll-up/diff.js';
import { applyToFacts, isCounted } from './roll-up/facts.js';
import { historyOf } from './roll-up/history.js';
import type { Fact } from './roll-up/history.js';
import { ALL_CAUSES, RollUpBatch, rollUpSql } from './roll-up/roll-up.table.js';
import { saveTimeline, timelineSql } from './timeline/timeline.table.js';

/** The live read models' schema. A rebuild makes a second one beside it and swaps them by name, so queries name it. */
export const READ_MODEL = 'read_model';

/** Tables of all read models, to be created in the schema of the search path. */
export const readModelSql = [householdSql, timelineSql, ledgerSql, rollUpSql].join('\n');
/** What queries need besides; quicker made over loaded tables than kept up while loading. */
export const readModelIndexSql = [householdIndexSql, ledgerIndexSql].join('\n');

/** All read models of the household topic: one batch becomes a handful of statements in the projector's transaction. */
export const householdProjection: Projection<RegisterEvent> = {
  topic: HOUSEHOLD_TOPIC,
  decode: (payload) => decodeEvent(HouseholdEventSchema, payload),
  apply: applyBatch,
};

/**
 * Applies new events of one partition, in order, within the projector's transaction: folds per household in memory and
 * writes each table once. Throws when a stream goes backwards or has a gap; the projector stops the partition then.
 */
export async function applyBatch(tx: ClientBase, batch: readonly HouseholdRecord[]): Promise<void> {
  const streams = byStream(batch);
  const begun = [...streams].filter(([, records]) => records[0]!.version > 1).map(([id]) => id);
  const counted = [...streams].filter(([, records]) => records.some(isCounted)).map(([id]) => id);
  const started = new Set(begun);
  const households = await loadHouseholds(tx, begun);
  const facts = await loadFacts(
    tx,
    counted.filter((id) => started.has(id)),
  );

  const ledger = new LedgerBatch();
  const rollUp = new RollUpBatch();
  const gaps: HouseholdRecord[] = [];
  for (const [id, records] of streams) {
    const first = records[0]!;
    const household = households.get(id) ?? newHousehold(id, first.region, first.occurredOn);
    households.set(id, household);
    gaps.push(...gapsIn(household, records));
    for (const record of records) applyToHousehold(household, record);
    countBackdated(rollUp, records);
    const changed = applyCounted(household, records.filter(isCounted), facts.get(id) ?? [], ledger, rollUp);
    if (changed) facts.set(id, changed);
  }

  await checkSkipped(tx, gaps);

  await saveTimeline(tx, batch);
  await saveHouseholds(tx, [...households.values()]);
  await saveFacts(
    tx,
    counted.map((id) => ({ id, facts: facts.get(id) ?? [] })),
  );
  await ledger.save(tx);
  await rollUp.save(tx);
}

/** Lets the counted events of one household change its facts, and with them ledger, roll-up and current state. */
function applyCounted(
  household: Household,
  records: readonly HouseholdRecord[],
  facts: readonly Fact[],
  ledger: LedgerBatch,
  rollUp: RollUpBatch,
): readonly Fact[] | undefined {
  if (records.length === 0) return undefined;
  let history = historyOf(facts);
  for (const record of records) {
    facts = applyToFacts(facts, record);
    const next = historyOf(facts);
    const knownOn = shanghaiDate(record.recordedAt);
    for (const delta of diffHistories(history, next)) rollUp.add(delta, knownOn);
    ledger.change(household.id, history, next, record.recordedAt);
    history = next;
  }
  takeHistory(household, history);
  return facts;
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
