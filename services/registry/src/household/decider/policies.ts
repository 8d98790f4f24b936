import { create } from '@bufbuild/protobuf';
import { PolicyEndedSchema, PolicyRetainedSchema } from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import { accept, refuse, type Decision } from '@fupin/event-sourcing/decider';
import { dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type { EndPolicy, RetainPolicy } from './commands.js';
import type { HouseholdState } from './state.js';

/**
 * 脱贫享受政策: an exited household keeps its measures until a later day than is set now; also one that has lost them, which
 * has them again from this day on (REG-13, REG-25).
 */
export function retainPolicy(command: RetainPolicy, state: HouseholdState): Decision<Event> {
  if (state.status !== 'exited') return refuse(wrongStatus(state, 'exited', 'REG-13'));
  const refusals = dateRefusals(command, state, 'status');
  const { policiesRetainedUntil } = state;
  const { until, occurredOn } = command;
  const latest = policiesRetainedUntil > occurredOn ? policiesRetainedUntil : occurredOn;
  if (until <= latest) {
    refusals.push({
      code: 'not-retained-longer',
      message: `The policies are to be kept to a day after ${latest}`,
      messageZh: `政策保持期须延长至${latest}之后`,
      ruleId: 'REG-13',
      field: 'until',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(PolicyRetainedSchema, { until });
  return accept(recorded(command, { case: 'policyRetained', value }, 'REG-13', 'REG-25'));
}

/** 脱贫不享受政策: measures end, at the earliest on the day after the last one for which they are promised (REG-13, REG-25). */
export function endPolicy(command: EndPolicy, state: HouseholdState): Decision<Event> {
  if (state.status !== 'exited') return refuse(wrongStatus(state, 'exited', 'REG-13'));
  const refusals = dateRefusals(command, state, 'status');
  const { policiesRetainedUntil, policyEndedOn } = state;
  if (policyEndedOn !== undefined) {
    refusals.push({
      code: 'policy-already-ended',
      message: `The policies ended on ${policyEndedOn}`,
      messageZh: `该户已于${policyEndedOn}起不再享受政策`,
      ruleId: 'REG-13',
    });
  } else if (command.occurredOn <= policiesRetainedUntil) {
    refusals.push({
      code: 'policy-still-retained',
      message: `The policies stay to ${policiesRetainedUntil}; they may end from ${addDays(policiesRetainedUntil, 1)}`,
      messageZh: `政策保持至${policiesRetainedUntil}，此前不得取消`,
      ruleId: 'REG-13',
      field: 'occurredOn',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(PolicyEndedSchema, {});
  return accept(recorded(command, { case: 'policyEnded', value }, 'REG-13', 'REG-25'));
}
