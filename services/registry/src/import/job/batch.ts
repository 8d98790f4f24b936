import { Origin, type HouseholdEvent } from '@fupin/contracts';
import { yearOf } from '@fupin/domain';
import {
  ClaimTaken,
  CommandRefused,
  type CommandError,
  type CommandHandler,
  type Handled,
  type IdempotencyKey,
} from '@fupin/event-sourcing';
import { PolicyError, registryPolicy, type Policy, type RegistryPolicy } from '@fupin/policy';
import type { Pool } from 'pg';
import { readHousehold, type FormContext, type FormHouseholdRead } from '../../form/household.js';
import type { RawHousehold } from '../../form/raw.js';
import type { RowError } from '../../form/row-error.js';
import { numberClaim } from '../../household/household-directory.js';
import type { KnownElsewhere } from '../../household/decider/commands.js';
import { householdStream } from '../../household/household.stream.js';
import { knownElsewhere } from '../../household/known-elsewhere.js';
import { newId } from '../../new-id.js';
import { takeIn, type Intake } from '../../vault/intake.js';
import { unclaimedRows } from '../../vault/person-rows.js';
import type { VaultKeys } from '../../vault/vault-keys.js';
import { loadClosedYears } from '../../year/year-closings.js';
import { personsOf, registration } from './household-command.js';
import type { Checkpoint, ImportRecord } from './import-record.js';
import { alreadyRegistered, ofDecider, personElsewhere, refusedOtherwise } from './outcome-errors.js';
import { setAsideForVillages } from './register-numbers.js';
import { repeatKey } from './repeat-key.js';

/** What an import works with. */
export interface ImportTools {
  readonly pool: Pool;
  readonly handler: CommandHandler;
  readonly keys: VaultKeys;
  readonly policy: Policy;
}

export type BatchResult = Pick<Checkpoint, 'add' | 'errors' | 'unchanged'>;
type Event = Exclude<HouseholdEvent['event'], { case: undefined }>;
interface Item {
  readonly household: FormHouseholdRead;
  readonly repeat: IdempotencyKey;
}

/** Registers a batch of households; what is wrong with one never touches another. */
export async function runBatch(
  tools: ImportTools,
  record: ImportRecord,
  context: FormContext,
  households: readonly RawHousehold[],
): Promise<BatchResult> {
  const batch = new Outcomes(record);
  const items: Item[] = [];
  for (const raw of households) {
    batch.rowsRead += raw.rows.length;
    const read = readHousehold(raw, context);
    if (read.ok) items.push({ household: read.household, repeat: repeatKey(tools.keys, read.household) });
    else batch.refuse(formNoOf(raw), read.errors);
  }
  const fresh = await withoutSeen(tools, batch, items);
  const done = await register(tools, record, context, batch, fresh);
  await settle(tools, batch, done);
  return batch.result();
}

/** Leaves out what an import has brought before: by this one (it was interrupted), by another (unchanged), or otherwise. */
async function withoutSeen(tools: ImportTools, batch: Outcomes, items: readonly Item[]): Promise<Item[]> {
  const seen = await tools.handler.store.seenMany(items.map(({ repeat }) => repeat));
  const repeated: { item: Item; streamId: string }[] = [];
  const fresh: Item[] = [];
  items.forEach((item, i) => {
    const before = seen[i];
    if (!before) fresh.push(item);
    else if (before.outcome === 'replayed') repeated.push({ item, streamId: before.streamId });
    else batch.refuse(item.household.householdNo, alreadyRegistered(item.household));
  });
  await batch.repeated(tools.pool, repeated);
  return fresh;
}

interface Done {
  readonly item: Item;
  readonly claims: readonly string[];
  readonly result: Handled<Event> | CommandError;
}

async function register(
  tools: ImportTools,
  record: ImportRecord,
  context: FormContext,
  batch: Outcomes,
  items: readonly Item[],
): Promise<Done[]> {
  const ruled: { item: Item; policy: RegistryPolicy }[] = [];
  for (const item of items) {
    const policy = policyFor(tools.policy, item.household);
    if ('code' in policy) batch.refuse(item.household.householdNo, [policy]);
    else ruled.push({ item, policy });
  }
  if (ruled.length === 0) return [];
  const numberFor = await setAsideForVillages(
    tools.pool,
    ruled.map(({ item }) => item.household.village),
  );
  const closedYears = await loadClosedYears(tools.pool);
  const intakes = ruled.map(({ item: { household } }) => {
    const householdId = newId();
    const intake = takeIn(tools.keys, {
      householdId,
      villageCode: household.village,
      persons: personsOf(household),
      address: household.groupName,
    });
    return { householdId, ...intake };
  });
  const elsewhereOf = await leftElsewhere(tools, intakes);
  const commands = ruled.map(({ item: { household, repeat }, policy }, i) => {
    const intake = intakes[i]!;
    const { householdId } = intake;
    const householdNo = numberFor(household.village);
    const outcome = {
      table: 'import_outcomes',
      row: {
        import_id: record.id,
        line: household.line,
        household_id: householdId,
        form_no: household.householdNo,
        outcome: 'accepted',
      },
    };
    const extras = {
      take: [...intake.claims, numberClaim(householdNo)],
      attachments: [...intake.attachments, outcome],
    };
    return {
      streamId: householdId,
      command: registration(household, intake.members, {
        importId: record.id,
        householdNo,
        today: context.today,
        policy,
        closedYears,
        mayChangeClosed: record.mayChangeClosed,
        elsewhere: elsewhereOf(intake),
      }),
      context: {
        envelope: {
          actorRole: record.actorRole,
          correlationId: record.correlationId,
          region: household.village,
          ruleSetVersion: policy.version,
          origin: Origin.HISTORY,
        },
        expectedVersion: 0,
        idempotency: repeat,
        extras: () => extras,
      },
    };
  });
  const results = await tools.handler.handleMany(householdStream, commands);
  return ruled.flatMap(({ item }, i) => {
    const result = results[i];
    return result ? [{ item, claims: intakes[i]?.claims ?? [], result }] : [];
  });
}

/** Who of the batch's persons left which household when; those who belong to one are found by their claims. */
async function leftElsewhere({ pool, handler }: ImportTools, intakes: readonly Intake[]) {
  const rows = await unclaimedRows(
    pool,
    intakes.flatMap(({ claims }) => claims),
  );
  const known = new Map<Intake, KnownElsewhere[]>();
  for (const intake of rows.length > 0 ? intakes : []) {
    const own = rows.filter(({ claim }) => intake.claims.includes(claim));
    if (own.length > 0) known.set(intake, await knownElsewhere(handler, own, intake.claims));
  }
  return (intake: Intake) => known.get(intake) ?? [];
}

async function settle(tools: ImportTools, batch: Outcomes, done: readonly Done[]): Promise<void> {
  const repeated: { item: Item; streamId: string }[] = [];
  const taken: { done: Done; line: number; owner: string }[] = [];
  for (const one of done) {
    const { household } = one.item;
    const { result } = one;
    if (!(result instanceof Error)) {
      if (result.replayed) repeated.push({ item: one.item, streamId: result.streamId });
      else batch.accept(household);
    } else if (result instanceof ClaimTaken) {
      const index = one.claims.indexOf(result.key);
      taken.push({ done: one, line: household.members[index]?.line ?? household.line, owner: result.owner });
    } else if (result instanceof CommandRefused) {
      batch.refuse(household.householdNo, ofDecider(result.reasons, household));
    } else {
      batch.refuse(
        household.householdNo,
        result.name === 'VersionMismatch' ? refusedOtherwise(household) : alreadyRegistered(household),
      );
    }
  }
  await batch.repeated(tools.pool, repeated);
  const lines = await batch.linesOf(
    tools.pool,
    taken.map(({ owner }) => owner),
  );
  for (const {
    done: { item },
    line,
    owner,
  } of taken) {
    batch.refuse(item.household.householdNo, [personElsewhere(line, lines.get(owner))]);
  }
}

const policies = new WeakMap<Policy, Map<string, RegistryPolicy | RowError>>();

/** The rules of the village's county on the day; an error of the row when there are none for that day. */
function policyFor(
  policy: Policy,
  { village, registeredOn, line }: FormHouseholdRead,
): RegistryPolicy | RowError {
  const known = policies.get(policy) ?? new Map<string, RegistryPolicy | RowError>();
  policies.set(policy, known);
  const key = `${village.slice(0, 6)} ${registeredOn}`;
  const found = known.get(key) ?? lookUp(policy, village, registeredOn, line);
  if ('code' in found) return { ...found, line };
  if (known.size > 20_000) known.clear();
  known.set(key, found);
  return found;
}

function lookUp(policy: Policy, village: string, date: string, line: number): RegistryPolicy | RowError {
  try {
    return registryPolicy(policy.at(village.slice(0, 6), date), yearOf(date));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return {
      line,
      field: 'registeredOn',
      code: 'no-rule-set',
      message: error.message,
      messageZh: '该日期没有适用的政策规则',
    };
  }
}

/** The file's number of a household that could not be read, as far as it is one. */
function formNoOf(raw: RawHousehold): string | undefined {
  const cell = raw.rows[0]?.cells.householdNo;
  const text =
    typeof cell === 'object' ? ('number' in cell ? String(cell.number) : '') : (cell?.trim() ?? '');
  // A number of 18 digits in this place may be a person's.
  return /^[0-9A-Za-z-]{1,16}$/.test(text) ? text : undefined;
}

/** Counts and collects what a batch came to. */
class Outcomes {
  rowsRead = 0;
  private accepted = 0;
  private persons = 0;
  private refused = 0;
  private readonly errors: (RowError & { formNo: string | undefined })[] = [];
  private readonly unchanged: { line: number; householdId: string; formNo: string }[] = [];

  constructor(private readonly record: ImportRecord) {}

  accept(household: FormHouseholdRead): void {
    this.accepted += 1;
    this.persons += household.members.length;
  }

  refuse(formNo: string | undefined, errors: readonly RowError[]): void {
    this.refused += 1;
    // A household with hundreds of errors is named often enough.
    for (const error of errors.slice(0, 50)) this.errors.push({ ...error, formNo });
  }

  /** Households that are there already: accepted when this very import brought them before it was interrupted. */
  async repeated(pool: Pool, found: readonly { item: Item; streamId: string }[]): Promise<void> {
    if (found.length === 0) return;
    const { rows } = await pool.query<{ line: number; household_id: string }>(
      `select line, household_id from import_outcomes where import_id = $1 and line = any($2::int[]) and outcome = 'accepted'`,
      [this.record.id, found.map(({ item }) => item.household.line)],
    );
    const own = new Map(rows.map((row) => [row.line, row.household_id]));
    for (const {
      item: { household },
      streamId,
    } of found) {
      if (own.get(household.line) === streamId) this.accept(household);
      else
        this.unchanged.push({ line: household.line, householdId: streamId, formNo: household.householdNo });
    }
  }

  /** The lines on which this import brought those households. */
  async linesOf(pool: Pool, households: readonly string[]): Promise<Map<string, number>> {
    if (households.length === 0) return new Map();
    const { rows } = await pool.query<{ line: number; household_id: string }>(
      `select line, household_id from import_outcomes where import_id = $1 and household_id = any($2::uuid[])`,
      [this.record.id, households],
    );
    return new Map(rows.map((row) => [row.household_id, row.line]));
  }

  result(): BatchResult {
    const { rowsRead, accepted, refused, persons, errors, unchanged } = this;
    const add = { rowsRead, accepted, refused, persons, unchanged: unchanged.length, errors: errors.length };
    return { add, errors: errors.sort((a, b) => a.line - b.line), unchanged };
  }
}
