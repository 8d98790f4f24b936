import { acceptAcross, type HandledAcross } from '@fupin/event-sourcing';
import { commandAnswer, commandBody, validationProblem } from '@fupin/service';
import type { FastifyReply } from 'fastify';
import type { Event } from '../decider/event.js';
import type { HouseholdCommand } from '../decider/commands.js';
import { householdDecider } from '../decider/decider.js';
import { NO_HOUSEHOLD, type HouseholdState } from '../decider/state.js';
import type { ChangeAnswer } from './changes.dto.js';

// What the controllers of changes over one household or two have in common.

/** A command about one household as a decision about its one stream. */
export const decideOne =
  (command: HouseholdCommand) =>
  ([state = NO_HOUSEHOLD]: readonly HouseholdState[]) => {
    const decision = householdDecider.decide(command, state);
    return decision.accepted ? acceptAcross(decision.events) : decision;
  };

/** The other household of a change over two. Throws the 400 problem when it is the same one. */
export function otherHousehold(id: string, other: string): string {
  if (other.toLowerCase() !== id.toLowerCase()) return other;
  const detail = 'This is the household itself';
  throw validationProblem([
    { field: 'fromHouseholdId', code: 'household-twice', detail, detailZh: '两户为同一户' },
  ]);
}

/** The answer of the request's own household, with the other one's beside it. */
export function answer(reply: FastifyReply, { streams }: HandledAcross<Event>): ChangeAnswer {
  const [own, ...others] = streams;
  if (!own) throw new Error('a change without a household');
  return { ...commandAnswer(reply, own), others: others.map(commandBody) };
}
