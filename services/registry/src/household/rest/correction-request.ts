// A correction's body → the right fact. No rules here: only other words for the same thing.
import { create } from '@bufbuild/protobuf';
import { MemberRelationSchema, MemberSchema, type Member } from '@fupin/contracts';
import { validationProblem } from '@fupin/service';
import type { Basis, HouseholdCommand, RightFact } from '../decider/commands.js';
import type { CorrectionDto, RightMemberDto } from './correction.dto.js';
import type { Event } from '../decider/event.js';
import { ENTRY_KINDS, HOUSEHOLD_KINDS, JOIN_REASONS, LEAVE_REASONS } from './names.js';
import {
  causesOf,
  codedOf,
  guaranteeAssessment,
  incomeSurvey,
  livingConditions,
  monitoringVisit,
  personOf,
} from './requests.js';

/** The members of a body that can name a right fact; one of them at most. */
const RIGHTS = [
  'incomeSurvey',
  'guarantees',
  'livingConditions',
  'monitoringVisit',
  'causes',
  'registration',
  'memberAddition',
  'memberDeparture',
  'member',
  'householdKind',
] as const;

/**
 * The right fact of a body; undefined when only the date is put right. `wrong` is the event that it names, which holds
 * what a correction leaves as it is (persons' years of birth). Throws the 400 problem for more than one fact.
 */
export function rightFactOf(
  body: CorrectionDto,
  basis: Basis,
  wrong: Event | undefined,
): RightFact | undefined {
  const [given, second] = RIGHTS.filter((name) => body[name] !== undefined);
  if (second !== undefined) {
    const detail = 'A correction holds one right fact at most';
    throw validationProblem([
      { field: second, code: 'one-right-fact', detail, detailZh: '一次更正只能更正一项内容' },
    ]);
  }
  if (body.annulled && (given !== undefined || body.rightOccurredOn !== undefined)) {
    const detail = 'What never happened has neither a right fact nor a right date';
    throw validationProblem([
      { field: 'annulled', code: 'annulled-alone', detail, detailZh: '误录作废不得同时更正内容或日期' },
    ]);
  }
  if (given === undefined) return undefined;
  const member = (right: RightMemberDto) => memberOf(right, membersOf(wrong));
  if (body.registration) {
    const { entryKind, householdKind, causes, members } = body.registration;
    return {
      case: 'householdRegistered',
      entryKind: ENTRY_KINDS[entryKind],
      householdKind: HOUSEHOLD_KINDS[householdKind],
      causes: causesOf(causes),
      members: members.map(member),
    };
  }
  if (body.memberAddition) {
    const { reason, parentPersonIds = [], member: added } = body.memberAddition;
    return { case: 'memberAdded', reason: JOIN_REASONS[reason], parentPersonIds, member: member(added) };
  }
  if (body.memberDeparture) {
    const { reason, relations = [] } = body.memberDeparture;
    return {
      case: 'memberLeft',
      reason: LEAVE_REASONS[reason],
      relations: relations.map(({ personId, relation }) =>
        create(MemberRelationSchema, { personId, relation: codedOf(relation, 'registerRelation') }),
      ),
    };
  }
  if (body.member) return { case: 'memberChanged', member: member(body.member) };
  if (body.householdKind)
    return { case: 'householdKindChanged', householdKind: HOUSEHOLD_KINDS[body.householdKind] };
  if (body.causes) {
    const causes = causesOf(body.causes);
    return { case: wrong?.case === 'householdReturned' ? wrong.case : 'povertyCausesRecorded', causes };
  }
  return recordedFact(recordingOf(body, basis));
}

/** The command that would have recorded the right fact. */
function recordingOf(body: CorrectionDto, basis: Basis): HouseholdCommand | undefined {
  if (body.incomeSurvey) return incomeSurvey(body.incomeSurvey, basis);
  if (body.guarantees) return guaranteeAssessment(body.guarantees, basis);
  if (body.livingConditions) return livingConditions(body.livingConditions, basis);
  if (body.monitoringVisit) return monitoringVisit(body.monitoringVisit, basis);
  return undefined;
}

function recordedFact(command: HouseholdCommand | undefined): RightFact | undefined {
  if (command?.type === 'surveyIncome') return { case: 'incomeSurveyed', figures: command };
  if (command?.type === 'assessGuarantees') return { case: 'guaranteesAssessed', findings: command.findings };
  if (command?.type === 'recordLivingConditions')
    return { case: 'livingConditionsRecorded', conditions: command };
  if (command?.type === 'recordMonitoringVisit') {
    const { production, living } = command;
    return { case: 'monitoringVisitRecorded', production, living };
  }
  return undefined;
}

/** The persons that the mistaken event tells about. */
function membersOf(wrong: Event | undefined): readonly Member[] {
  if (wrong?.case === 'householdRegistered') return wrong.value.members;
  if (wrong?.case !== 'memberAdded' && wrong?.case !== 'memberChanged') return [];
  return wrong.value.member ? [wrong.value.member] : [];
}

function memberOf(right: RightMemberDto, known: readonly Member[]): Member {
  const { personId } = right;
  const { birthYear = 0, sex = 0 } = known.find((member) => member.personId === personId) ?? {};
  const { relation, ethnicity, education, schooling, health, workAbility, workplace } = personOf({
    ...right,
    name: '',
    idNumber: '',
  });
  return create(MemberSchema, {
    personId,
    birthYear,
    sex,
    relation,
    ...(ethnicity && { ethnicity }),
    ...(education && { education }),
    ...(schooling && { schooling }),
    ...(health && { health }),
    ...(workAbility && { workAbility }),
    ...(workplace && { workplace }),
    monthsWorked: right.monthsWorked ?? 0,
    dibao: right.dibao ?? false,
    medicalInsurance: right.medicalInsurance ?? false,
    pension: right.pension ?? false,
  });
}
