import { Injectable } from '@nestjs/common';
import {
  formatPosition,
  Problem,
  toProblem,
  validationProblem,
  assertWithin,
  type CommandRequest,
} from '@fupin/service';
import { CommandOutdated, type AppendExtras, type IdempotencyKey } from '@fupin/event-sourcing';
import { Villages } from '../villages.js';
import type { BatchAnswer, BatchOutcome, HouseholdItem } from './rest/batch.dto.js';
import type { Basis, HouseholdCommand } from './decider/commands.js';
import { HouseholdDesk, type DeskItem, type HandledHousehold } from './household-desk.js';
import { HouseholdDirectory } from './household-directory.js';
import { ListRequests } from './list-requests.js';
import { assertMay, type Task } from './permissions.js';
import { isNextStep, type ProcedureName, type Step } from './decider/procedure.js';
import type { HouseholdState } from './decider/state.js';
import { VillageHouseholds } from './village-households.js';

/** Households carried out in one go; a village has thousands. */
const AT_ONCE = 1000;

/** A list: named households, or every one of the village that waits for the step, alike in what `each` says. */
interface ListBody<I extends HouseholdItem> {
  readonly occurredOn: string;
  readonly items?: readonly I[];
  readonly each?: Omit<I, keyof HouseholdItem>;
}

/** What a list does. */
interface ListStep<I extends HouseholdItem> {
  /** Whom the whole village means; undefined where the households are always named. */
  readonly wanted?: (state: HouseholdState) => boolean;
  /** An item has more to say than which household it is. */
  readonly each?: boolean;
  /** Called once it is known how many households there are. */
  readonly prepare?: (village: string, count: number) => Promise<void>;
  readonly build: (
    item: I,
    basis: Basis,
    index: number,
  ) => { command: HouseholdCommand; extras?: AppendExtras };
}

/** The households that wait for a step of a procedure. */
export const waitingFor =
  (procedure: ProcedureName, step: Step) =>
  (state: HouseholdState): boolean =>
    isNextStep(state, procedure, step);

/** One step over the households of a village's list, as cadres work. */
@Injectable()
export class VillageBatch {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly directory: HouseholdDirectory,
    private readonly villages: Villages,
    private readonly households: VillageHouseholds,
    private readonly requests: ListRequests,
  ) {}

  /**
   * Carries out a step for every household of the list. A refused household does not stop the others. With an
   * `Idempotency-Key` each household has its own key made of it, so a repeated list answers the same for what was done
   * and tries again what was refused; a repeated whole village means the households of the first time. Throws
   * IdempotencyKeyReused for the same key with another list, and 400 problems for a list that says too little or twice.
   */
  async run<I extends HouseholdItem>(
    request: CommandRequest,
    task: Task,
    villageCode: string,
    body: ListBody<I>,
    step: ListStep<I>,
  ): Promise<BatchAnswer> {
    const village = this.villages.current(villageCode, 'code');
    assertWithin(request.caller, village, 'code');
    assertMay(request.caller, task);
    const basis = await this.desk.basis(request.caller, village, body.occurredOn);
    const list = await this.listOf(request, village, body, step);
    await step.prepare?.(village, list.length);
    const here = await this.here(request, village, list);

    const outcomes = new Map<string, HandledHousehold | Error>();
    const items: DeskItem[] = [];
    list.forEach((item, index) => {
      const { householdId } = item;
      if (!here.has(householdId)) {
        outcomes.set(householdId, notInVillage());
        return;
      }
      const { command, extras } = step.build(item, basis, index);
      const context = this.desk.context(request, village, basis, extras);
      items.push({
        householdId,
        command,
        context: {
          envelope: context.envelope,
          ...(context.extras && { extras: context.extras }),
          ...(item.expectedVersion !== undefined && { expectedVersion: item.expectedVersion }),
          ...(context.idempotency && { idempotency: itemKey(context.idempotency, householdId) }),
        },
      });
    });
    for (let from = 0; from < items.length; from += AT_ONCE) {
      const some = items.slice(from, from + AT_ONCE);
      const handled = await this.desk.handleMany(village, some);
      some.forEach(({ householdId }, index) => {
        const result = handled[index];
        // Moved away since it was looked for: like one that was never here.
        if (result) outcomes.set(householdId, result instanceof CommandOutdated ? notInVillage() : result);
      });
    }
    return answer(list.map(({ householdId }) => [householdId, outcomes.get(householdId)]));
  }

  /**
   * Those of the list that the step may be about: the village's households, and those that a repeated list was about when
   * they still lived here, which are answered as then.
   */
  private async here(
    { idempotency }: CommandRequest,
    village: string,
    list: readonly HouseholdItem[],
  ): Promise<ReadonlySet<string>> {
    const villages = await this.directory.villagesOf(idsOf(list));
    const here = new Set(idsOf(list).filter((id) => villages.get(id) === village));
    const elsewhere = idsOf(list).filter((id) => !here.has(id));
    if (!idempotency || elsewhere.length === 0) return here;
    const seen = await this.desk.seen(elsewhere.map((id) => itemKey(idempotency, id)));
    elsewhere.forEach((id, index) => seen[index] && here.add(id));
    return here;
  }

  private async listOf<I extends HouseholdItem>(
    { idempotency }: CommandRequest,
    village: string,
    { items, each }: ListBody<I>,
    step: ListStep<I>,
  ): Promise<readonly I[]> {
    if (items) {
      if (each)
        throw eachProblem(
          'each-with-items',
          'each is for the whole village, without items',
          '已列名单时不填 each',
        );
      refuseTwice(items);
      if (idempotency) await this.requests.remember(idempotency, idsOf(items));
      return items;
    }
    if (step.each && !each) {
      throw eachProblem(
        'each-missing',
        'Without items, each says what holds for each household',
        '缺省名单时须填 each',
      );
    }
    const seen = idempotency && (await this.requests.seen(idempotency));
    let ids = seen ?? (await this.waiting(village, step));
    if (idempotency && !seen) ids = await this.requests.remember(idempotency, ids);
    return ids.map((householdId) => ({ householdId, ...each }) as I);
  }

  private async waiting<I extends HouseholdItem>(
    village: string,
    { wanted }: ListStep<I>,
  ): Promise<string[]> {
    const ids: string[] = [];
    for await (const { householdId, state } of this.households.of(village)) {
      if (wanted?.(state)) ids.push(householdId);
    }
    return ids;
  }
}

const idsOf = (items: readonly HouseholdItem[]): string[] => items.map(({ householdId }) => householdId);

const eachProblem = (code: string, detail: string, detailZh: string) =>
  validationProblem([{ field: 'each', code, detail, detailZh }]);

/** Each household of a list has a key of its own, made of the list's. */
const itemKey = (idempotency: IdempotencyKey, householdId: string): IdempotencyKey => ({
  ...idempotency,
  key: `${idempotency.key}:${householdId}`,
});

function answer(results: readonly (readonly [string, HandledHousehold | Error | undefined])[]): BatchAnswer {
  const last = new Map<number, HandledHousehold>();
  const items = results.map(([householdId, result]): BatchOutcome => {
    if (!result || result instanceof Error) {
      return { householdId, outcome: 'refused', problem: toProblem(result).toJSON() };
    }
    const known = last.get(result.partition);
    if (!known || known.position < result.position) last.set(result.partition, result);
    const events = result.events.map(({ event }) => event.case.charAt(0).toUpperCase() + event.case.slice(1));
    return {
      householdId,
      outcome: 'done',
      version: result.version,
      events,
      ...(result.replayed && { replayed: true }),
    };
  });
  const done = items.filter((item) => item.outcome === 'done').length;
  return { done, refused: items.length - done, positions: [...last.values()].map(formatPosition), items };
}

function refuseTwice(items: readonly HouseholdItem[]): void {
  const seen = new Set<string>();
  items.forEach(({ householdId }, index) => {
    if (seen.has(householdId)) {
      const detail = 'The household is twice in the list';
      throw validationProblem([
        { field: `items[${index}].householdId`, code: 'household-twice', detail, detailZh: '名单中户重复' },
      ]);
    }
    seen.add(householdId);
  });
}

const notInVillage = () =>
  new Problem('household-not-in-village', {
    status: 404,
    title: 'There is no such household in this village',
    titleZh: '本村没有此户',
    field: 'householdId',
  });
