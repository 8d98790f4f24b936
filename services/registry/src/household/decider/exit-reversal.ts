import { create } from '@bufbuild/protobuf';
import {
  ExitReversalReason,
  ExitReversedSchema,
  RegisterFindingClosedSchema,
  RegisterFindingOutcome,
} from '@fupin/contracts';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import {
  closedSinceRefusals,
  dateRefusals,
  evidenceRefusals,
  recorded,
  wrongStatus,
  type Event,
} from './basis.js';
import type { ReverseExit } from './commands.js';
import { procedureOpenRefusals } from './procedure.js';
import type { HouseholdState } from './state.js';

/** What the exit broke, by the reason of its reversal. */
const BROKEN: Readonly<Record<ExitReversalReason, readonly string[]>> = {
  [ExitReversalReason.UNSPECIFIED]: [],
  [ExitReversalReason.INCOME]: ['REG-19'],
  [ExitReversalReason.GUARANTEES]: ['REG-01'],
  [ExitReversalReason.PROCEDURE]: ['REG-20'],
};

/**
 * 错退回退: the last exit never met the standard and is cancelled; the household has been poor throughout, which is never
 * a relapse (REG-05: 卡内无硬伤; REG-09). Names the exit, so that nobody reverses another one than they looked at. Findings
 * about that exit are closed with it. It changes every year from the exit on, so none of them may be closed without the
 * right to that (REG-36). Refused while a procedure is open, and without evidence.
 */
export function reverseExit(command: ReverseExit, state: HouseholdState): Decision<Event> {
  if (state.status !== 'exited') return refuse(wrongStatus(state, 'exited', 'REG-09'));
  const { exitEventId, reason, evidence } = command;
  const { exitedOn, file } = state;
  // Of an exit brought along from the household it was split off, only the days since the split are this household's.
  const poorSince = exitedOn > file.openedOn ? exitedOn : file.openedOn;
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...closedSinceRefusals(command, state, poorSince, 'exitEventId'),
    ...procedureOpenRefusals(state),
    ...evidenceRefusals(evidence, command, 'evidence'),
  ];
  if (exitEventId !== state.exitEventId) {
    refusals.push({
      code: 'not-the-last-exit',
      message: `The household's exit is the event ${state.exitEventId}`,
      messageZh: `该户的脱贫事件为 ${state.exitEventId}`,
      ruleId: 'REG-09',
      field: 'exitEventId',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const { members, openFindings } = state.file;
  const value = create(ExitReversedSchema, { exitEventId, reason, evidence, persons: members.length });
  const reversed = recorded(
    command,
    { case: 'exitReversed', value },
    'REG-05',
    'REG-06',
    'REG-09',
    ...BROKEN[reason],
  );
  const closed = openFindings
    .filter(({ aboutEventId }) => aboutEventId === exitEventId)
    .map(({ eventId }) => {
      const closing = create(RegisterFindingClosedSchema, {
        findingEventId: eventId,
        outcome: RegisterFindingOutcome.EXIT_REVERSED,
      });
      return recorded(command, { case: 'registerFindingClosed', value: closing }, 'REG-09');
    });
  return accept(reversed, ...closed);
}
