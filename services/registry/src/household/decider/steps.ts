import {
  DemocraticReviewHeldSchema,
  NoticeLevel,
  ObjectionRaisedSchema,
  ObjectionResolvedSchema,
  ProcedureTurnedDownSchema,
  PublicNoticePostedSchema,
  TurnDownReason,
  VerificationCompletedSchema,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { yearOf } from '@fupin/domain';
import { accept, refuse, type Decision, type Refusal } from '@fupin/event-sourcing/decider';
import { dateRefusals, evidenceRefusals, recorded, type Event } from './basis.js';
import type {
  Basis,
  CompleteVerification,
  HoldDemocraticReview,
  PostPublicNotice,
  RaiseObjection,
  ResolveObjection,
} from './commands.js';
import { exitStandard } from './exit-standard.js';
import {
  currentProcedure,
  PROCEDURE,
  progressOf,
  stepRefusals,
  type ProcedureName,
  type Step,
} from './procedure.js';
import type { HouseholdState } from './state.js';

/** A command about a step of a named procedure. */
type StepCommand = Basis & { readonly procedure: ProcedureName };

/**
 * Takes one step of a procedure: the step's event, and the end of the procedure when the step went against the
 * household (it falls back to the status it had). Refused out of order, out of time or for `refusals` of its own.
 */
export function takeStep(
  command: StepCommand,
  state: HouseholdState,
  step: Step,
  event: Event,
  outcome: { turnedDown?: TurnDownReason | undefined; refusals?: readonly Refusal[] } = {},
): Decision<Event> {
  const refusals = [
    ...stepRefusals(state, command.procedure, step, command.occurredOn),
    ...dateRefusals(command, state, 'status'),
    ...(outcome.refusals ?? []),
  ];
  if (refusals.length > 0) return refuse(...refusals);
  const taken = recorded(command, event, 'REG-20');
  return outcome.turnedDown === undefined
    ? accept(taken)
    : accept(taken, turnedDown(command, outcome.turnedDown));
}

function turnedDown(command: StepCommand, reason: TurnDownReason) {
  const value = create(ProcedureTurnedDownSchema, { procedure: PROCEDURE[command.procedure], reason });
  return recorded(command, { case: 'procedureTurnedDown', value }, 'REG-20');
}

/** 民主评议: approved where the votes for are more than the set share of the votes cast; a quorum where one is set. */
export function holdDemocraticReview(command: HoldDemocraticReview, state: HouseholdState): Decision<Event> {
  const { participants, votesFor, votesAgainst } = command;
  const refusals: Refusal[] = [];
  if (votesFor < 0 || votesAgainst < 0 || votesFor + votesAgainst > participants) {
    refusals.push({
      code: 'votes-do-not-add-up',
      message: `${votesFor} for and ${votesAgainst} against do not fit ${participants} participants`,
      messageZh: '票数与参会人数不符',
      field: 'participants',
    });
  }
  const quorum = command.policy.minReviewParticipants ?? 1;
  if (participants < quorum) {
    refusals.push({
      code: 'quorum-missed',
      message: `A democratic review needs ${quorum} participants`,
      messageZh: `民主评议参会人数不得少于${quorum}人`,
      ruleId: 'REG-20',
      field: 'participants',
    });
  }
  const approved = votesFor > (votesFor + votesAgainst) * command.policy.reviewMajorityAbove;
  const value = create(DemocraticReviewHeldSchema, {
    procedure: PROCEDURE[command.procedure],
    participants,
    votesFor,
    votesAgainst,
    approved,
  });
  return takeStep(
    command,
    state,
    'democraticReview',
    { case: 'democraticReviewHeld', value },
    {
      turnedDown: approved ? undefined : TurnDownReason.REVIEW_REJECTED,
      refusals,
    },
  );
}

/** 村“两委”和驻村工作队核实 */
export function completeVerification(command: CompleteVerification, state: HouseholdState): Decision<Event> {
  const { confirmed, evidence } = command;
  const value = create(VerificationCompletedSchema, {
    procedure: PROCEDURE[command.procedure],
    confirmed,
    evidence,
  });
  return takeStep(
    command,
    state,
    'verification',
    { case: 'verificationCompleted', value },
    {
      turnedDown: confirmed ? undefined : TurnDownReason.NOT_CONFIRMED,
      refusals: evidenceRefusals(evidence, command, 'evidence'),
    },
  );
}

/**
 * 公示: the village notice or the township notice. The list of an exit is not even posted for a household that misses
 * the standard; the announcement tests it again.
 */
export function postPublicNotice(command: PostPublicNotice, state: HouseholdState): Decision<Event> {
  const step = command.level === NoticeLevel.TOWNSHIP ? 'townshipNotice' : 'villageNotice';
  const minimum = noticeDays(command);
  const days = command.days ?? minimum;
  const refusals: Refusal[] = [];
  if (days < minimum) {
    refusals.push({
      code: 'notice-too-short',
      message: `The notice must stay up for at least ${minimum} days`,
      messageZh: `公示期不得少于${minimum}天`,
      ruleId: 'REG-20',
      field: 'days',
    });
  }
  if (command.procedure === 'exit' && state.status === 'stillPoor') {
    refusals.push(...exitStandard(state.file, command, yearOf(command.occurredOn)).missing);
  }
  const value = create(PublicNoticePostedSchema, {
    procedure: PROCEDURE[command.procedure],
    level: command.level,
    days,
  });
  return takeStep(command, state, step, { case: 'publicNoticePosted', value }, { refusals });
}

function noticeDays({ policy, procedure, level }: PostPublicNotice): number {
  if (procedure === 'exit') return policy.exitNoticeDays;
  if (procedure === 'removal') return policy.removalNoticeDays;
  return level === NoticeLevel.TOWNSHIP ? policy.townshipNoticeDays : policy.villageNoticeDays;
}

/** 异议: may be raised from the day a notice is posted until the next step is taken. */
export function raiseObjection(command: RaiseObjection, state: HouseholdState): Decision<Event> {
  const progress = progressOf(state);
  const refusals = dateRefusals(command, state, 'status');
  if (currentProcedure(state) !== command.procedure || progress?.noticeUntil === undefined) {
    refusals.push({
      code: 'no-notice-posted',
      message: 'An objection needs a notice that is posted',
      messageZh: '当前没有正在公示的名单',
      ruleId: 'REG-20',
    });
  } else if (progress.objections.includes(command.objectionId)) {
    refusals.push({
      code: 'objection-known',
      message: 'This objection was raised before',
      field: 'objectionId',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const { objectionId } = command;
  const value = create(ObjectionRaisedSchema, { procedure: PROCEDURE[command.procedure], objectionId });
  return accept(recorded(command, { case: 'objectionRaised', value }, 'REG-20'));
}

/** 异议处理: a dismissed objection frees the way; an upheld one turns the procedure down. */
export function resolveObjection(command: ResolveObjection, state: HouseholdState): Decision<Event> {
  const refusals = dateRefusals(command, state, 'status');
  const { objectionId, upheld } = command;
  if (
    currentProcedure(state) !== command.procedure ||
    progressOf(state)?.openObjections[objectionId] === undefined
  ) {
    refusals.push({
      code: 'objection-not-open',
      message: 'There is no such open objection',
      messageZh: '没有此未处理异议',
      ruleId: 'REG-20',
      field: 'objectionId',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(ObjectionResolvedSchema, {
    procedure: PROCEDURE[command.procedure],
    objectionId,
    upheld,
  });
  const resolved = recorded(command, { case: 'objectionResolved', value }, 'REG-20');
  return upheld ? accept(resolved, turnedDown(command, TurnDownReason.OBJECTION_UPHELD)) : accept(resolved);
}
