import { create } from '@bufbuild/protobuf';
import { IneligibleRemovedSchema, RemovalProposedSchema } from '@fupin/contracts';
import { accept, refuse, type Decision, type NewEvent } from '@fupin/event-sourcing/decider';
import { dateRefusals, evidenceRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { ProposeRemoval, PublishAnnouncement } from './commands.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState, RegisteredHousehold } from './state.js';

/** The rules a removal rests on: out with the ineligible, and by procedure only. */
const RULES = ['REG-05', 'REG-06', 'REG-20'] as const;

/**
 * 提出清退: a household of the register, poor or exited, is said never to have met the standard. It stays what it is until
 * the removal's chain has run. Refused (REG-20) while another procedure is open, and without evidence.
 */
export function proposeRemoval(command: ProposeRemoval, state: HouseholdState): Decision<Event> {
  if (state.status !== 'stillPoor' && state.status !== 'exited') {
    return refuse(wrongStatus(state, 'stillPoor or exited', 'REG-05'));
  }
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...procedureOpenRefusals(state),
    ...evidenceRefusals(command.evidence, command, 'evidence'),
  ];
  if (refusals.length > 0) return refuse(...refusals);
  const { reason, evidence } = command;
  const value = create(RemovalProposedSchema, { reason, evidence });
  return accept(recorded(command, { case: 'removalProposed', value }, ...RULES));
}

/** 清退: what the announcement of a removal brings about; `steps` are the event ids of its chain. */
export function removed(
  command: PublishAnnouncement,
  { file, progress }: RegisteredHousehold,
  steps: readonly string[],
): NewEvent<Event> {
  const value = create(IneligibleRemovedSchema, {
    ...(progress?.removalReason && { reason: progress.removalReason }),
    persons: file.members.length,
    evidenceEventIds: [...steps],
  });
  return recorded(command, { case: 'ineligibleRemoved', value }, ...RULES);
}
