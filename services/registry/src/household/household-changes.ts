import { Injectable } from '@nestjs/common';
import { Origin } from '@fupin/contracts';
import {
  AttachmentMissed,
  CommandHandler,
  CommandOutdated,
  type AcrossDecision,
  type AcrossExtras,
  type HandledAcross,
  type NewEvent,
} from '@fupin/event-sourcing';
import { assertWithin, Problem, type CommandRequest } from '@fupin/service';
import type { Event } from './decider/basis.js';
import type { Basis } from './decider/commands.js';
import { PersonVault } from '../vault/person-vault.js';
import { HouseholdDesk } from './household-desk.js';
import { HouseholdDirectory } from './household-directory.js';
import { householdStream } from './household.stream.js';
import { assertMay, type Task } from './permissions.js';
import { untilSettled } from './until-settled.js';
import type { HouseholdState } from './decider/state.js';

/** A household that a change is about, and where the request names it. */
export interface ChangedHousehold {
  readonly id: string;
  readonly field?: string;
}

/** What a request asks for once the villages are known: a pure decision, and the claims and rows that follow it. */
export interface Change {
  readonly decide: (states: readonly HouseholdState[]) => AcrossDecision<Event>;
  readonly extras?: (
    events: readonly (readonly NewEvent<Event>[])[],
    states: readonly HouseholdState[],
  ) => AcrossExtras | Promise<AcrossExtras>;
  /** A household that begins with this change, in the village of the first one. */
  readonly begins?: string;
  /** Another village that the caller must answer for. */
  readonly reaches?: { readonly village: string; readonly field: string };
}

/** Rows or villages that a change rests on were changed beside it. */
const isPassing = (error: unknown): boolean =>
  error instanceof AttachmentMissed || error instanceof CommandOutdated || isNumberTwice(error);

/** 动态管理: has changes of who belongs where carried out, over one household or two, in one append. */
@Injectable()
export class HouseholdChanges {
  constructor(
    private readonly desk: HouseholdDesk,
    private readonly handler: CommandHandler,
    private readonly directory: HouseholdDirectory,
    private readonly vault: PersonVault,
  ) {}

  /**
   * Carries out a change about households that exist, the first being the request's own (If-Match is about it). The
   * caller must answer for the villages of all of them; one in another province is left to the decider to refuse. Throws
   * 404 for an unknown household and what `handleAcross` throws.
   */
  carryOut(
    request: CommandRequest,
    task: Task,
    households: readonly ChangedHousehold[],
    occurredOn: string,
    plan: (bases: readonly Basis[]) => Change | Promise<Change>,
  ): Promise<HandledAcross<Event>> {
    return untilSettled(() => this.attempt(request, task, households, occurredOn, plan), isPassing);
  }

  private async attempt(
    request: CommandRequest,
    task: Task,
    households: readonly ChangedHousehold[],
    occurredOn: string,
    plan: (bases: readonly Basis[]) => Change | Promise<Change>,
  ): Promise<HandledAcross<Event>> {
    const { caller } = request;
    const villages = await this.villagesOf(households);
    const first = villages[0] ?? '';
    villages.forEach((village, i) => {
      if (i > 0 && village.slice(0, 2) !== first.slice(0, 2)) return;
      assertWithin(caller, village, households[i]?.field);
    });
    assertMay(caller, task);
    const bases: Basis[] = [];
    for (const village of villages) bases.push(await this.desk.basis(caller, village, occurredOn));
    const change = await plan(bases);
    const { reaches } = change;
    if (reaches && reaches.village.slice(0, 2) === first.slice(0, 2)) {
      assertWithin(caller, reaches.village, reaches.field);
    }
    const ids = households.map(({ id }) => id);
    const idempotency = this.vault.keyed(request.idempotency);
    const basisOf = (id: string) => bases[ids.indexOf(id)] ?? bases[0];
    return this.handler.handleAcross(
      householdStream,
      change.begins === undefined ? ids : [...ids, change.begins],
      change.decide,
      {
        envelope: (id) => {
          const basis = basisOf(id);
          return request.envelope(
            basis?.village ?? first,
            basis?.policy.version,
            basis?.origin === 'history' ? Origin.HISTORY : Origin.LIVE,
          );
        },
        ...(request.expectedVersion !== undefined && { expectedVersion: request.expectedVersion }),
        ...(idempotency && { idempotency }),
        extras: async (events, states) => {
          // Read after the streams: from here on a move of either would be a conflict of versions.
          const now = await this.villagesOf(households);
          if (now.some((village, i) => village !== villages[i])) throw new CommandOutdated();
          return (await change.extras?.(events, states)) ?? {};
        },
      },
    );
  }

  private async villagesOf(households: readonly ChangedHousehold[]): Promise<string[]> {
    const found = await this.directory.villagesOf(households.map(({ id }) => id));
    return households.map(({ id, field }) => {
      const village = found.get(id);
      if (village !== undefined) return village;
      throw new Problem('not-found', {
        ...(field !== undefined && { field }),
        detail: 'There is no such household',
        detailZh: '没有此户',
      });
    });
  }
}

/** The vault has refused a number that another member of the household has since a moment ago. */
const isNumberTwice = (error: unknown): boolean =>
  error instanceof Error && 'constraint' in error && error.constraint === NUMBER_ONCE;
const NUMBER_ONCE = 'person_vault_number_once';
