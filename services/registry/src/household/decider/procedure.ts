import { addDays, type BusinessDate } from '@fupin/domain';
import { Procedure } from '@fupin/contracts';
import type { Refusal } from '@fupin/event-sourcing/decider';
import type { HouseholdState, Progress } from './state.js';

export type ProcedureName = 'identification' | 'exit' | 'return' | 'removal';

export type Step =
  | 'application'
  | 'relapseReport'
  | 'removalProposal'
  | 'democraticReview'
  | 'verification'
  | 'dataComparison'
  | 'acknowledgement'
  | 'villageNotice'
  | 'townshipReview'
  | 'townshipNotice'
  | 'countyReview'
  | 'announcement';

/** 两公示一公告 after the household's own first step; the return runs the same chain (返贫即入, REG-20). */
const TWO_NOTICES_ONE_ANNOUNCEMENT: readonly Step[] = [
  'democraticReview',
  'verification',
  'dataComparison',
  'villageNotice',
  'townshipReview',
  'townshipNotice',
  'countyReview',
  'announcement',
];

/** The steps of each procedure in their only order (REG-20; annex C). */
export const CHAINS: Readonly<Record<ProcedureName, readonly Step[]>> = {
  identification: ['application', ...TWO_NOTICES_ONE_ANNOUNCEMENT],
  return: ['relapseReport', ...TWO_NOTICES_ONE_ANNOUNCEMENT],
  exit: ['democraticReview', 'verification', 'acknowledgement', 'villageNotice', 'announcement'],
  // The documents ask for removal by procedure (REG-05, REG-20) and give no steps: the identification's, without the
  // household's own papers and the second notice.
  removal: [
    'removalProposal',
    'democraticReview',
    'verification',
    'villageNotice',
    'townshipReview',
    'countyReview',
    'announcement',
  ],
};

export const PROCEDURE: Readonly<Record<ProcedureName, Procedure>> = {
  identification: Procedure.IDENTIFICATION,
  exit: Procedure.EXIT,
  return: Procedure.RETURN,
  removal: Procedure.REMOVAL,
};

const STEP_LABELS: Readonly<Record<Step, readonly [en: string, zh: string]>> = {
  application: ['the application', '申请'],
  relapseReport: ['the relapse report', '返贫报告'],
  removalProposal: ['the removal proposal', '提出清退'],
  democraticReview: ['the democratic review', '民主评议'],
  verification: ['the verification', '核实'],
  dataComparison: ['the data comparison', '数据比对'],
  acknowledgement: ["the household's acknowledgement", '农户认可'],
  villageNotice: ['the village notice', '村级公示'],
  townshipReview: ['the township review', '乡镇审核'],
  townshipNotice: ['the township notice', '乡镇公示'],
  countyReview: ['the county review', '县级复审'],
  announcement: ['the announcement', '公告'],
};

/** The step that follows the last one of an open procedure; undefined when it has run its course. */
export function nextStep(progress: Progress): Step | undefined {
  const chain = CHAINS[progress.procedure];
  return chain[chain.indexOf(progress.lastStep) + 1];
}

/** The procedure that is open, or `exit` for a poor household, which may start one with its first step. */
export function currentProcedure(state: HouseholdState): ProcedureName | undefined {
  const open = progressOf(state)?.procedure;
  return state.status === 'stillPoor' ? (open ?? 'exit') : open;
}

/** The open procedure of a household, if any. */
export function progressOf(state: HouseholdState): Progress | undefined {
  return 'progress' in state ? state.progress : undefined;
}

/** Whether a step of a procedure is what a household's procedure waits for; dates and objections aside. */
export function isNextStep(state: HouseholdState, procedure: ProcedureName, step: Step): boolean {
  if (currentProcedure(state) !== procedure) return false;
  const progress = progressOf(state);
  return (progress ? nextStep(progress) : CHAINS[procedure][0]) === step;
}

/**
 * Why a step may not be taken now; empty when it may. REG-20: a step before its predecessor, before its notice has run
 * (posted + days; the next step from the day after), or with an objection open is refused.
 */
export function stepRefusals(
  state: HouseholdState,
  procedure: ProcedureName,
  step: Step,
  occurredOn: BusinessDate,
): Refusal[] {
  const [en, zh] = STEP_LABELS[step];
  if (currentProcedure(state) !== procedure) {
    return [
      {
        code: 'procedure-not-open',
        message: `${capital(en)} belongs to the ${procedure} procedure, which is not open for a household that is ${state.status}`,
        messageZh: `该户当前状态不在此程序中，不能进行${zh}`,
        ruleId: 'REG-20',
        field: 'procedure',
      },
    ];
  }
  const progress = progressOf(state);
  const expected = progress ? nextStep(progress) : CHAINS[procedure][0];
  if (expected !== step) {
    const wanted = expected ? STEP_LABELS[expected] : undefined;
    return [
      {
        code: 'step-out-of-order',
        message: `${capital(en)} is out of order: ${wanted ? `${wanted[0]} comes next` : 'nothing comes next'}`,
        messageZh: `${zh}不符合程序顺序${wanted ? `，下一步应为${wanted[1]}` : ''}`,
        ruleId: 'REG-20',
      },
    ];
  }
  const refusals: Refusal[] = [];
  if (progress?.noticeUntil !== undefined && occurredOn <= progress.noticeUntil) {
    refusals.push({
      code: 'notice-still-running',
      message: `The notice stays up until ${progress.noticeUntil}; the next step may come from ${addDays(progress.noticeUntil, 1)}`,
      messageZh: `公示期至${progress.noticeUntil}，期满后次日起方可进行下一步`,
      ruleId: 'REG-20',
      field: 'occurredOn',
    });
  }
  const open = progress ? Object.keys(progress.openObjections) : [];
  if (open.length > 0) {
    refusals.push({
      code: 'objection-open',
      message: `Objections without resolution: ${open.join(', ')}`,
      messageZh: '存在未处理的异议',
      ruleId: 'REG-20',
    });
  }
  return refusals;
}

/** REG-20: one procedure at a time; what would begin or overtake another one is refused while one is open. */
export function procedureOpenRefusals(state: HouseholdState): Refusal[] {
  const open = progressOf(state);
  if (!open) return [];
  return [
    {
      code: 'procedure-open',
      message: `The ${open.procedure} procedure is open`,
      messageZh: '该户有未办结的程序',
      ruleId: 'REG-20',
    },
  ];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
