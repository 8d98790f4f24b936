import { Injectable } from '@nestjs/common';
import {
  formatPosition,
  Problem,
  toProblem,
  validationProblem,
  assertWithin,
  type CommandRequest,
} from '@fupin/service';
import type { AppendExtras } from '@fupin/event-sourcing';
import { Villages } from '../villages.js';
import type { BatchAnswer, BatchOutcome, HouseholdItem } from './batch.dto.js';
import type { Basis, HouseholdCommand } from './commands.js';
import { HouseholdDesk, type DeskItem, type HandledHousehold } from './household-desk.js';
import { HouseholdDirectory } from './household-directory.js';
import { assertMay, type Task } from './permissions.js';

/** One step over the households of a village's list, as cadres work. */
@Injectable()
export class VillageBatch {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly directory: HouseholdDirectory,
    private readonly villages: Villages,
  ) {}

  /**
   * Carries out a step for every household of the list. A refused household does not stop the others. With an
   * `Idempotency-Key` each household has its own key made of it, so a repeated list answers the same for what was done
   * and tries again what was refused; the same key with another list is refused household by household.
   */
  async run<I extends HouseholdItem>(
    request: CommandRequest,
    task: Task,
    villageCode: string,
    body: { readonly occurredOn: string; readonly items: readonly I[] },
    build: (item: I, basis: Basis, index: number) => { command: HouseholdCommand; extras?: AppendExtras },
  ): Promise<BatchAnswer> {
    const village = this.villages.current(villageCode, 'code');
    assertWithin(request.caller, village, 'code');
    assertMay(request.caller, task);
    refuseTwice(body.items);
    const basis = await this.desk.basis(request.caller, village, body.occurredOn);
    const villages = await this.directory.villagesOf(body.items.map((item) => item.householdId));

    const outcomes = new Map<string, HandledHousehold | Error>();
    const items: DeskItem[] = [];
    body.items.forEach((item, index) => {
      const { householdId } = item;
      if (villages.get(householdId) !== village) {
        outcomes.set(householdId, notInVillage());
        return;
      }
      const { command, extras } = build(item, basis, index);
      const context = this.desk.context(request, village, basis, extras);
      items.push({
        householdId,
        command,
        context: {
          envelope: context.envelope,
          ...(context.extras && { extras: context.extras }),
          ...(item.expectedVersion !== undefined && { expectedVersion: item.expectedVersion }),
          ...(context.idempotency && {
            idempotency: { ...context.idempotency, key: `${context.idempotency.key}:${householdId}` },
          }),
        },
      });
    });
    const handled = await this.desk.handleMany(items);
    items.forEach(({ householdId }, index) => {
      const result = handled[index];
      if (result) outcomes.set(householdId, result);
    });
    return answer(body.items.map(({ householdId }) => [householdId, outcomes.get(householdId)]));
  }
}

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
