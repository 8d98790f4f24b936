import { Injectable } from '@nestjs/common';
import { Origin } from '@fupin/contracts';
import { daysBetween, shanghaiDate } from '@fupin/domain';
import {
  CommandHandler,
  CommandOutdated,
  type AppendExtras,
  type CommandContext,
  type CommandError,
  type Handled,
  type IdempotencyKey,
} from '@fupin/event-sourcing';
import { assertWithin, type Caller, type CommandRequest } from '@fupin/service';
import { PolicyOfTheHouse } from '../policy-of-the-house.js';
import { PersonVault } from '../vault/person-vault.js';
import { YearClosings } from '../year/year-closings.js';
import type { Event } from './decider/basis.js';
import type { Basis, HouseholdCommand } from './decider/commands.js';
import { HouseholdDirectory } from './household-directory.js';
import { householdStream } from './household.stream.js';
import { assertMay, CLOSED_YEAR_SCOPE, HISTORY_SCOPE, type Task } from './permissions.js';
import { untilSettled } from './until-settled.js';

export type HandledHousehold = Handled<Event>;

/** One household's command within a batch. */
export interface DeskItem {
  readonly householdId: string;
  readonly command: HouseholdCommand;
  readonly context: CommandContext<Event>;
}

/** Gives what a request does not say (village, rule set, today, origin) to its command, and has it carried out. */
@Injectable()
export class HouseholdDesk {
  /** Today in Shanghai; specs may set another. */
  today: () => string = () => shanghaiDate(new Date());

  constructor(
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly policies: PolicyOfTheHouse,
    private readonly closings: YearClosings,
    private readonly vault: PersonVault,
  ) {}

  /**
   * Carries out a command about a household that exists, after checking its region and the caller's role; anew when the
   * household was moved meanwhile. Throws the problems of both, 404 for an unknown household, and what `handle` throws.
   */
  async carryOut(
    request: CommandRequest,
    task: Task,
    householdId: string,
    occurredOn: string,
    build: (basis: Basis, village: string) => HouseholdCommand | Promise<HouseholdCommand>,
    extras?: AppendExtras,
  ): Promise<HandledHousehold> {
    return untilSettled(async () => {
      const village = await this.directory.villageOf(householdId);
      assertWithin(request.caller, village);
      assertMay(request.caller, task);
      const basis = await this.basis(request.caller, village, occurredOn);
      const command = await build(basis, village);
      return this.handle(request, householdId, village, command, extras);
    });
  }

  /**
   * The same for a household whose village is known and checked. Throws CommandOutdated when it was moved since: see
   * {@link untilSettled}.
   */
  handle(
    request: CommandRequest,
    householdId: string,
    village: string,
    command: HouseholdCommand,
    extras?: AppendExtras,
  ): Promise<HandledHousehold> {
    const { idempotency, ...context } = this.context(request, village, command, extras);
    const keyed = this.vault.keyed(idempotency);
    return this.handler.handle(householdStream, householdId, command, {
      ...context,
      extras: async () => {
        // Read after the stream: from here on a move would be a conflict of versions.
        const now = (await this.directory.villagesOf([householdId])).get(householdId);
        if (now !== undefined && now !== village) throw new CommandOutdated();
        return extras ?? {};
      },
      ...(keyed && { idempotency: keyed }),
    });
  }

  /**
   * Many households' commands in one go, all made for this village; an outcome for each, CommandOutdated for one that does
   * not live there any more.
   */
  handleMany(village: string, items: readonly DeskItem[]): Promise<(HandledHousehold | CommandError)[]> {
    // One look for all of them, after all streams were read; a household that is carried out once more has its own.
    let all: Promise<ReadonlyMap<string, string>> | undefined;
    const looked = new Set<string>();
    const villageOf = async (id: string) => {
      const first = !looked.has(id);
      looked.add(id);
      const ids = items.map(({ householdId }) => householdId);
      const villages = await (first
        ? (all ??= this.directory.villagesOf(ids))
        : this.directory.villagesOf([id]));
      return villages.get(id);
    };
    return this.handler.handleMany(
      householdStream,
      items.map(({ householdId, command, context }) => ({
        streamId: householdId,
        command,
        context: {
          ...context,
          extras: async (events) => {
            if ((await villageOf(householdId)) !== village) throw new CommandOutdated();
            return (await context.extras?.(events)) ?? {};
          },
        },
      })),
    );
  }

  /** For each key whether it was seen before, in order. */
  async seen(keys: readonly IdempotencyKey[]): Promise<boolean[]> {
    return (await this.handler.store.seenMany(keys)).map(Boolean);
  }

  /** What comes with a command: envelope, expected version, idempotency key, claims and rows. */
  context(
    request: CommandRequest,
    village: string,
    { policy, origin }: Basis,
    extras?: AppendExtras,
  ): CommandContext<Event> {
    return {
      ...request.context(village, policy.version, origin === 'history' ? Origin.HISTORY : Origin.LIVE),
      ...(extras && { extras: () => extras }),
    };
  }

  /**
   * The basis of a command: today, the rule set valid for the village on the business date, whether the fact counts as
   * history (the caller has the scope and the date is older than late recording allows), and which years are closed.
   */
  async basis(caller: Caller, village: string, occurredOn: string): Promise<Basis> {
    const today = this.today();
    const policy = this.policies.registryAt(village, occurredOn);
    const old = daysBetween(occurredOn, today) > policy.backdatedAfterDays;
    return {
      occurredOn,
      today,
      policy,
      origin: old && caller.hasScope(HISTORY_SCOPE) ? 'history' : 'live',
      village,
      closedYears: await this.closings.closedYears(today),
      mayChangeClosed: caller.hasScope(CLOSED_YEAR_SCOPE),
    };
  }
}
