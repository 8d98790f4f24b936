import {
  AnnouncementPublishedSchema,
  HouseholdExitedSchema,
  HouseholdRegisteredSchema,
  HouseholdReturnedSchema,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { yearOf } from '@fupin/domain';
import { accept, type Decision, type NewEvent, type Refusal } from '@fupin/event-sourcing/decider';
import { sizeOn } from './as-of.js';
import { recorded, type Event } from './basis.js';
import type { PublishAnnouncement } from './commands.js';
import { exitStandard } from './exit-standard.js';
import { entryRules } from './identification.js';
import { currentProcedure, PROCEDURE, progressOf } from './procedure.js';
import { removed } from './removal.js';
import type { HouseholdState } from './state.js';
import { takeStep } from './steps.js';

/** 公告: publishes the result of a procedure that has run its course: registered, returned, exited or removed. */
export function publishAnnouncement(command: PublishAnnouncement, state: HouseholdState): Decision<Event> {
  const value = create(AnnouncementPublishedSchema, { procedure: PROCEDURE[command.procedure] });
  const announcement: Event = { case: 'announcementPublished', value };
  const result = resultOf(command, state);
  const decision = takeStep(command, state, 'announcement', announcement, {
    refusals: 'missing' in result ? result.missing : [],
  });
  return decision.accepted && 'event' in result ? accept(...decision.events, result.event) : decision;
}

type Result = { readonly event: NewEvent<Event> } | { readonly missing: readonly Refusal[] };

function resultOf(command: PublishAnnouncement, state: HouseholdState): Result {
  const steps = progressOf(state)?.evidence ?? [];
  if (currentProcedure(state) !== command.procedure) return { missing: [] };
  switch (state.status) {
    case 'applicant':
      return registered(command, state, steps);
    case 'stillPoor':
      return command.procedure === 'removal'
        ? { event: removed(command, state, steps) }
        : exited(command, state, steps);
    case 'exited':
      return command.procedure === 'removal'
        ? { event: removed(command, state, steps) }
        : returned(command, state, steps);
    default:
      return { missing: [] };
  }
}

type In<S extends HouseholdState['status']> = Extract<HouseholdState, { status: S }>;

function registered(command: PublishAnnouncement, state: In<'applicant'>, steps: readonly string[]): Result {
  const { householdNo } = command;
  if (householdNo === undefined) {
    return {
      missing: [
        { code: 'household-no-missing', message: 'No register number was set aside', field: 'householdNo' },
      ],
    };
  }
  const { entryKind, householdKind, members, causes, standard } = state.file;
  const value = create(HouseholdRegisteredSchema, {
    householdNo,
    entryKind,
    householdKind,
    members: [...members],
    ...(causes && { causes }),
    evidenceEventIds: [...steps],
    standard,
  });
  return {
    event: recorded(command, { case: 'householdRegistered', value }, 'REG-20', ...entryRules(entryKind)),
  };
}

function exited(command: PublishAnnouncement, state: In<'stillPoor'>, steps: readonly string[]): Result {
  const year = yearOf(command.occurredOn);
  const { missing, survey, povertyLineFen, dibaoContinues, safeWater, evidence } = exitStandard(
    state.file,
    command,
    year,
  );
  if (missing.length > 0 || survey === undefined || povertyLineFen === undefined) return { missing };
  const campaign = command.policy.policiesRetainedUntil;
  const value = create(HouseholdExitedSchema, {
    year,
    perCapitaNetIncomeFen: survey.perCapitaNetIncomeFen,
    povertyLineFen,
    persons: sizeOn(state.file, command.occurredOn),
    dibaoContinues,
    // REG-13, REG-25: the policies stay to the end of the campaign; an exit after it keeps nothing further.
    policiesRetainedUntil: campaign > command.occurredOn ? campaign : command.occurredOn,
    evidenceEventIds: [...steps, ...evidence],
    safeWater,
  });
  const rules = ['REG-01', 'REG-02', 'REG-03', 'REG-09', 'REG-13', 'REG-19', 'REG-20'];
  if (dibaoContinues) rules.push('REG-23');
  rules.push('REG-25', 'TGT-13');
  return { event: recorded(command, { case: 'householdExited', value }, ...rules) };
}

function returned(command: PublishAnnouncement, state: In<'exited'>, steps: readonly string[]): Result {
  const causes = state.progress?.causes ?? state.file.causes;
  const value = create(HouseholdReturnedSchema, {
    ...(causes && { causes }),
    persons: sizeOn(state.file, command.occurredOn),
    evidenceEventIds: [...steps],
  });
  return {
    event: recorded(
      command,
      { case: 'householdReturned', value },
      'REG-03',
      'REG-04',
      'REG-05',
      'REG-06',
      'REG-20',
    ),
  };
}
