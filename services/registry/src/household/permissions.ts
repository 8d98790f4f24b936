import { Problem, type Caller, type Role } from '@fupin/service';
import type { ProcedureName } from './decider/procedure.js';

/** What a caller may do to a household. */
export type Task =
  | 'application'
  | 'democraticReview'
  | 'verification'
  | 'dataComparison'
  | 'villageNotice'
  | 'townshipNotice'
  | 'objection'
  | 'resolution'
  | 'townshipReview'
  | 'countyReview'
  | 'announcement'
  | 'exitAnnouncement'
  | 'exitPlan'
  | 'acknowledgement'
  | 'householdFact'
  | 'guaranteeAssessment'
  | 'relapseReport'
  | 'memberChange'
  | 'kindChange'
  | 'householdMove'
  | 'householdDivision'
  | 'personCorrection'
  | 'removalProposal'
  | 'exitReversal'
  | 'policyDecision'
  | 'document'
  | 'resultCorrection'
  | 'findingClosing';

/** Townships also enter what their villages without a terminal have done on paper. */
const VILLAGE: readonly Role[] = ['villageCadre', 'township'];
const WIDER: readonly Role[] = ['township', 'county', 'city', 'province'];

const ROLES_OF: Readonly<Record<Task, readonly Role[]>> = {
  application: VILLAGE,
  democraticReview: VILLAGE,
  verification: VILLAGE,
  dataComparison: ['township', 'county', 'sectorBureau'],
  villageNotice: VILLAGE,
  townshipNotice: ['township'],
  objection: ['villageCadre', 'township', 'county'],
  // Whoever posted the list does not alone decide about objections to it.
  resolution: ['township', 'county'],
  townshipReview: ['township'],
  countyReview: ['county'],
  announcement: ['county'],
  exitAnnouncement: ['township', 'county'],
  exitPlan: ['villageCadre', 'township', 'county'],
  acknowledgement: VILLAGE,
  householdFact: VILLAGE,
  guaranteeAssessment: ['villageCadre', 'township', 'sectorBureau'],
  relapseReport: VILLAGE,
  // Wider ones for what goes over the borders of villages and townships: both ends must lie within the caller's region.
  memberChange: ['villageCadre', ...WIDER],
  kindChange: ['villageCadre', 'township', 'county'],
  householdMove: WIDER,
  householdDivision: WIDER,
  personCorrection: ['villageCadre', 'township', 'county'],
  removalProposal: ['villageCadre', 'township', 'county'],
  exitReversal: ['county'],
  policyDecision: ['county'],
  document: ['villageCadre', 'township', 'county', 'sectorBureau'],
  // A result of a procedure is put right by the office that answers for it.
  resultCorrection: ['county'],
  findingClosing: ['county'],
};

/** Who transcribes papers of past years does not take the steps they record, so the step's own role is not asked for. */
const TRANSCRIBERS: readonly Role[] = ['township', 'county', 'city', 'province', 'service'];
export const HISTORY_SCOPE = 'history:write';
/** 封库数据修改: facts and corrections of a closed year, shown beside the published figures. */
export const CLOSED_YEAR_SCOPE = 'closed-year:write';

export const noticeTask = (level: 'village' | 'township'): 'villageNotice' | 'townshipNotice' =>
  level === 'village' ? 'villageNotice' : 'townshipNotice';
export const announcementTask = (procedure: ProcedureName): Task =>
  procedure === 'exit' ? 'exitAnnouncement' : 'announcement';

/** Throws the 403 problem `role-not-allowed` unless the caller's role takes this step, or transcribes it as history. */
export function assertMay(caller: Caller, task: Task): void {
  const roles = ROLES_OF[task];
  if (roles.includes(caller.role)) return;
  if (caller.hasScope(HISTORY_SCOPE) && TRANSCRIBERS.includes(caller.role)) return;
  throw new Problem('role-not-allowed', {
    detail: `This is for the roles ${roles.join(', ')}; the caller is ${caller.role}`,
    detailZh: `此操作仅限以下角色：${roles.join('、')}`,
  });
}
