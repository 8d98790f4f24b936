import type { PovertyCauses, RemovalReason } from '@fupin/contracts';
import { NoticeLevel, Procedure } from '@fupin/contracts';
import { addDays } from '@fupin/domain';
import { statedAfresh } from './dated-facts.js';
import { dated, opened, type Fact, type FoldsOf } from './fold.js';
import type { ProcedureName, Step } from './procedure.js';
import type { HouseholdState, Progress } from './state.js';

/** The steps of every procedure, and what opens one. */
export const PROCEDURE_FOLDS: FoldsOf<
  | 'applicationFiled'
  | 'democraticReviewHeld'
  | 'verificationCompleted'
  | 'dataComparisonCompleted'
  | 'publicNoticePosted'
  | 'objectionRaised'
  | 'objectionResolved'
  | 'townshipReviewCompleted'
  | 'countyReviewCompleted'
  | 'announcementPublished'
  | 'acknowledgementSigned'
  | 'procedureTurnedDown'
  | 'relapseReported'
  | 'removalProposed'
> = {
  applicationFiled: (state, value, fact) => {
    const { entryKind, householdKind, members, causes, standard } = value;
    const before = state.status === 'none' ? opened(fact) : state.file;
    const form = statedAfresh(before, { householdKind, members, causes }, fact.occurredOn);
    const file = { ...form, lastStatusOn: fact.occurredOn, entryKind, standard };
    return { status: 'applicant', file, progress: begun('identification', 'application', fact) };
  },
  // The exit has no step of its own before the review.
  democraticReviewHeld: (state, value, fact) =>
    state.status === 'stillPoor' && value.procedure === Procedure.EXIT
      ? { ...state, file: dated(state.file, fact), progress: begun('exit', 'democraticReview', fact) }
      : step(state, 'democraticReview', fact),
  verificationCompleted: (state, _value, fact) => step(state, 'verification', fact),
  dataComparisonCompleted: (state, _value, fact) => step(state, 'dataComparison', fact),
  publicNoticePosted: (state, value, fact) => {
    const name = value.level === NoticeLevel.TOWNSHIP ? 'townshipNotice' : 'villageNotice';
    return step(state, name, fact, addDays(fact.occurredOn, value.days));
  },
  objectionRaised: (state, value, fact) =>
    withProgress(state, fact, (progress) => ({
      ...progress,
      evidence: [...progress.evidence, fact.id],
      openObjections: { ...progress.openObjections, [value.objectionId]: fact.occurredOn },
      objections: [...progress.objections, value.objectionId],
    })),
  objectionResolved: (state, value, fact) =>
    withProgress(state, fact, (progress) => {
      const { [value.objectionId]: _resolved, ...openObjections } = progress.openObjections;
      return { ...progress, evidence: [...progress.evidence, fact.id], openObjections };
    }),
  townshipReviewCompleted: (state, _value, fact) => step(state, 'townshipReview', fact),
  countyReviewCompleted: (state, _value, fact) => step(state, 'countyReview', fact),
  announcementPublished: (state, _value, fact) => step(state, 'announcement', fact),
  acknowledgementSigned: (state, _value, fact) => step(state, 'acknowledgement', fact),
  procedureTurnedDown: (state, _value, fact) => {
    switch (state.status) {
      case 'applicant':
        return { status: 'turnedDown', file: dated(state.file, fact) };
      case 'stillPoor':
      case 'exited':
        return { ...state, file: dated(state.file, fact), progress: undefined };
      default:
        return state;
    }
  },
  relapseReported: (state, value, fact) =>
    state.status === 'exited'
      ? {
          ...state,
          file: dated(state.file, fact),
          progress: begun('return', 'relapseReport', fact, { causes: value.causes }),
        }
      : state,
  removalProposed: (state, { reason }, fact) =>
    state.status === 'stillPoor' || state.status === 'exited'
      ? {
          ...state,
          file: dated(state.file, fact),
          progress: begun('removal', 'removalProposal', fact, { removalReason: reason }),
        }
      : state,
};

function begun(
  procedure: ProcedureName,
  lastStep: Step,
  fact: Fact,
  { causes, removalReason }: { causes?: PovertyCauses | undefined; removalReason?: RemovalReason } = {},
): Progress {
  return {
    procedure,
    lastStep,
    evidence: [fact.id],
    noticeUntil: undefined,
    openObjections: {},
    objections: [],
    causes,
    removalReason,
  };
}

function step(state: HouseholdState, lastStep: Step, fact: Fact, noticeUntil?: string): HouseholdState {
  return withProgress(state, fact, (progress) => ({
    ...progress,
    lastStep,
    noticeUntil,
    evidence: [...progress.evidence, fact.id],
  }));
}

function withProgress(
  state: HouseholdState,
  fact: Fact,
  change: (progress: Progress) => Progress,
): HouseholdState {
  if (!('progress' in state) || !state.progress) return state;
  return { ...state, file: dated(state.file, fact), progress: change(state.progress) };
}
