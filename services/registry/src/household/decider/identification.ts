import {
  ApplicationFiledSchema,
  CodeSystem,
  ComparisonHit,
  DataComparisonCompletedSchema,
  EntryKind,
  TownshipReviewCompletedSchema,
  CountyReviewCompletedSchema,
  TurnDownReason,
  type Member,
  type PovertyCauses,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { accept, refuse, type Decision, type Refusal } from '@fupin/event-sourcing/decider';
import type { ComparisonHitName } from '@fupin/policy/registry';
import { authorisationRefusals, dateRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type {
  CompleteCountyReview,
  CompleteDataComparison,
  CompleteTownshipReview,
  FileApplication,
} from './commands.js';
import { memberElsewhereRefusals } from './elsewhere.js';
import { PROCEDURE } from './procedure.js';
import type { HouseholdState } from './state.js';
import { takeStep } from './steps.js';

/**
 * 申请: a household asks to be registered as first identified, newly poor or missed (the kinds stay apart for ever;
 * a relapse is never a new application). One that was turned down or removed may apply again with the members it has; a
 * removed one enters under a new register number.
 */
export function fileApplication(command: FileApplication, state: HouseholdState): Decision<Event> {
  if (state.status !== 'none' && state.status !== 'turnedDown' && state.status !== 'removed') {
    return refuse(wrongStatus(state, 'new, turned down or removed', 'REG-20'));
  }
  const members = state.status === 'none' ? command.members : state.file.members;
  const refusals = [
    ...dateRefusals(command, state, 'status'),
    ...entryKindRefusals(command.entryKind),
    ...memberRefusals(members),
    ...causeRefusals(command.causes, command.policy.maxOtherCauses),
    ...authorisationRefusals(command.authorisation, command),
  ];
  if (refusals.length === 0) {
    refusals.push(
      ...memberElsewhereRefusals(
        command.elsewhere,
        command.occurredOn,
        (member) => `members[${member}].idNumber`,
      ),
    );
  }
  if (refusals.length > 0) return refuse(...refusals);
  const { entryKind, householdKind, causes, authorisation, standard } = command;
  const value = create(ApplicationFiledSchema, {
    entryKind,
    householdKind,
    members: [...members],
    causes,
    authorisation,
    ...(standard !== undefined && { standard }),
  });
  return accept(recorded(command, { case: 'applicationFiled', value }, 'REG-20', ...entryRules(entryKind)));
}

/** 数据比对: a hit that the rule set counts (vehicle, urban house, company, public payroll) ends the procedure. */
export function completeDataComparison(
  command: CompleteDataComparison,
  state: HouseholdState,
): Decision<Event> {
  const passed = !command.policy.disqualifyingComparisonHits.some((name) =>
    command.hits.includes(HITS[name]),
  );
  const value = create(DataComparisonCompletedSchema, {
    procedure: PROCEDURE[command.procedure],
    hits: [...command.hits],
    passed,
  });
  return takeStep(
    command,
    state,
    'dataComparison',
    { case: 'dataComparisonCompleted', value },
    {
      turnedDown: passed ? undefined : TurnDownReason.DATA_COMPARISON,
    },
  );
}

const HITS: Readonly<Record<ComparisonHitName, ComparisonHit>> = {
  vehicle: ComparisonHit.VEHICLE,
  urbanHouse: ComparisonHit.URBAN_HOUSE,
  company: ComparisonHit.COMPANY,
  publicPayroll: ComparisonHit.PUBLIC_PAYROLL,
};

/** 乡镇审核 */
export function completeTownshipReview(
  command: CompleteTownshipReview,
  state: HouseholdState,
): Decision<Event> {
  const { approved } = command;
  const value = create(TownshipReviewCompletedSchema, { procedure: PROCEDURE[command.procedure], approved });
  return takeStep(
    command,
    state,
    'townshipReview',
    { case: 'townshipReviewCompleted', value },
    {
      turnedDown: approved ? undefined : TurnDownReason.TOWNSHIP_REJECTED,
    },
  );
}

/** 县级复审 */
export function completeCountyReview(command: CompleteCountyReview, state: HouseholdState): Decision<Event> {
  const { approved } = command;
  const value = create(CountyReviewCompletedSchema, { procedure: PROCEDURE[command.procedure], approved });
  return takeStep(
    command,
    state,
    'countyReview',
    { case: 'countyReviewCompleted', value },
    {
      turnedDown: approved ? undefined : TurnDownReason.COUNTY_REJECTED,
    },
  );
}

/** The rules an entry rests on beside the procedure's: adding the missed and the newly poor. */
export function entryRules(entryKind: EntryKind): string[] {
  return entryKind === EntryKind.IDENTIFIED ? [] : ['REG-05', 'REG-06'];
}

export function entryKindRefusals(entryKind: EntryKind): Refusal[] {
  if (
    entryKind === EntryKind.IDENTIFIED ||
    entryKind === EntryKind.NEWLY_POOR ||
    entryKind === EntryKind.MISSED
  ) {
    return [];
  }
  return [
    {
      code: 'entry-kind-not-allowed',
      message: 'A household enters as identified, newly poor or missed; a relapse goes by a relapse report',
      messageZh: '只能以初次识别、新致贫或漏评补录方式纳入；返贫须走返贫程序',
      ruleId: 'REG-05',
      field: 'entryKind',
    },
  ];
}

/** At least one member, exactly one head (户主), nobody twice. */
export function memberRefusals(members: readonly Member[]): Refusal[] {
  const refusals: Refusal[] = [];
  if (members.length === 0) {
    refusals.push({ code: 'members-missing', message: 'A household has members', field: 'members' });
  }
  const seen = new Set<string>();
  members.forEach((member, index) => {
    if (seen.has(member.personId)) {
      refusals.push({
        code: 'member-twice',
        message: 'The same person is named twice',
        messageZh: '家庭成员重复',
        field: `members[${index}]`,
      });
    }
    seen.add(member.personId);
  });
  if (members.length > 0 && members.filter(isHead).length !== 1) {
    refusals.push({
      code: 'one-head-needed',
      message: 'A household has exactly one head',
      messageZh: '每户必须有且只有一名户主',
      field: 'members',
    });
  }
  return refusals;
}

/** 01 of the register's own list (本人或户主); 02 户主 and 01 本人 of GB/T 4761, where the register's 02 is the spouse. */
export function isHead({ relation }: Pick<Member, 'relation'>): boolean {
  if (relation?.system === CodeSystem.REGISTER_RELATION) return relation.code === '01';
  return relation?.system === CodeSystem.GBT_4761 && (relation.code === '02' || relation.code === '01');
}

/** Exactly one main cause and up to the set number of different others (annex D, A3a and A3b). */
export function causeRefusals(causes: PovertyCauses | undefined, maxOthers: number): Refusal[] {
  if (!causes?.main) {
    return [
      {
        code: 'main-cause-missing',
        message: 'One main cause is needed',
        messageZh: '缺少主要致贫原因',
        field: 'causes.main',
      },
    ];
  }
  const refusals: Refusal[] = [];
  if (causes.others.length > maxOthers) {
    refusals.push({
      code: 'too-many-causes',
      message: `At most ${maxOthers} other causes`,
      messageZh: `其他致贫原因最多${maxOthers}项`,
      field: 'causes.others',
    });
  }
  const all = [causes.main, ...causes.others].map((cause) => `${cause.system}:${cause.code}`);
  if (new Set(all).size !== all.length) {
    refusals.push({
      code: 'cause-twice',
      message: 'A cause is named twice',
      messageZh: '致贫原因重复',
      field: 'causes',
    });
  }
  return refusals;
}
