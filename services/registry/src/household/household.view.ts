import { toJson } from '@bufbuild/protobuf';
import { ActorRole, HouseholdEventSchema, Origin, Sex, type Member } from '@fupin/contracts';
import { formatYuan, labelOf } from '@fupin/domain';
import type { ReadEvent } from '@fupin/event-sourcing';
import { RULES } from '@fupin/policy';
import { ROLES } from '@fupin/service';
import type { MaskedPerson } from '../vault/masking.js';
import type { Event } from './basis.js';
import {
  codeView,
  ENTRY_KINDS,
  EVIDENCE_SOURCES,
  FUELS,
  GUARANTEES,
  HOUSEHOLD_KINDS,
  HOUSING_STRUCTURES,
  nameOf,
  POVERTY_STANDARDS,
} from './names.js';
import { nextStep } from './procedure.js';
import type {
  EventView,
  HouseholdView,
  LivingConditionsView,
  MemberView,
  ProcedureView,
} from './views.dto.js';
import type { Finding, HouseholdFile, KnownHousehold, LivingConditionsOn, Progress } from './state.js';

// What the register shows of a household. Names only where the vault hands them over, masked.

/** A household's state as the register shows it; `persons` for those who see names. */
export function householdView(
  id: string,
  version: number,
  state: KnownHousehold,
  village: { code: string; name: string | undefined },
  persons?: ReadonlyMap<string, MaskedPerson>,
): HouseholdView {
  const { file } = state;
  const registered = state.status === 'stillPoor' || state.status === 'exited' ? state : undefined;
  const exited = state.status === 'exited' ? state : undefined;
  return {
    id,
    version,
    villageCode: village.code,
    villageName: village.name,
    status: state.status,
    householdNo: registered?.householdNo,
    entryKind: nameOf(ENTRY_KINDS, file.entryKind),
    householdKind: nameOf(HOUSEHOLD_KINDS, file.householdKind),
    registeredOn: registered?.registeredOn,
    exitedOn: exited?.exitedOn,
    returnedOn: registered?.returnedOn,
    plannedExitYear: state.status === 'stillPoor' ? state.plannedExitYear : undefined,
    policiesRetainedUntil: exited?.policiesRetainedUntil,
    dibaoContinues: exited?.dibaoContinues,
    persons: file.members.length,
    members: file.members.map((member) => ({ ...memberView(member), ...persons?.get(member.personId) })),
    causes: file.causes && {
      main: labelled(file.causes.main),
      others: file.causes.others.flatMap((other) => labelled(other) ?? []),
    },
    standard: nameOf(POVERTY_STANDARDS, file.standard),
    livingConditions: file.livingConditions && livingConditionsView(file.livingConditions),
    incomeSurveys: file.surveys.map((survey) => ({
      year: survey.year,
      surveyedOn: survey.occurredOn,
      netIncome: formatYuan(survey.netIncomeFen),
      persons: survey.persons,
      perCapitaNetIncome: formatYuan(survey.perCapitaNetIncomeFen),
    })),
    guarantees: guaranteesView(file),
    procedure: 'progress' in state && state.progress ? procedureView(state.progress) : undefined,
  };
}

function memberView(member: Member): MemberView {
  const { personId, birthYear, sex, monthsWorked, dibao, medicalInsurance, pension } = member;
  return {
    personId,
    birthYear,
    sex: sex === Sex.MALE ? 'male' : 'female',
    relation: labelled(member.relation),
    ethnicity: labelled(member.ethnicity),
    education: labelled(member.education),
    schooling: labelled(member.schooling),
    health: labelled(member.health),
    workAbility: labelled(member.workAbility),
    workplace: labelled(member.workplace),
    monthsWorked,
    dibao,
    medicalInsurance,
    pension,
  };
}

function livingConditionsView({ occurredOn, value }: LivingConditionsOn): LivingConditionsView {
  return {
    recordedOn: occurredOn,
    // Hundredths of a square metre are written as fen are.
    housingArea: formatYuan(BigInt(value.housingAreaHundredthM2)),
    structure: nameOf(HOUSING_STRUCTURES, value.structure),
    builtYear: value.builtYear || undefined,
    relocation: value.relocation,
    electricity: value.electricity,
    fuels: value.fuels.flatMap((fuel) => nameOf(FUELS, fuel) ?? []),
    tapWater: value.tapWater,
    distanceToMarketM: value.distanceToMarketM,
  };
}

function labelled(value: Parameters<typeof codeView>[0]) {
  const code = codeView(value);
  return code && { ...code, ...labelOf(code.system, code.code) };
}

function guaranteesView(file: HouseholdFile): HouseholdView['guarantees'] {
  const latest = new Map<number, Finding>();
  for (const finding of file.findings) {
    const known = latest.get(finding.guarantee);
    if (!known || finding.occurredOn >= known.occurredOn) latest.set(finding.guarantee, finding);
  }
  return [...latest.values()].map(({ guarantee, holds, occurredOn, evidence }) => ({
    guarantee: nameOf(GUARANTEES, guarantee) ?? '',
    holds,
    assessedOn: occurredOn,
    evidence: evidence && {
      source: nameOf(EVIDENCE_SOURCES, evidence.source),
      datedOn: evidence.datedOn,
      documentId: evidence.documentId,
    },
  }));
}

function procedureView(progress: Progress): ProcedureView {
  return {
    procedure: progress.procedure,
    lastStep: progress.lastStep,
    nextStep: nextStep(progress),
    noticeUntil: progress.noticeUntil,
    openObjections: Object.keys(progress.openObjections),
  };
}

/** An event as JSON, with the rules its decision rested on in the words of the documents. */
export function eventView({
  id,
  version,
  type,
  occurredOn,
  recordedAt,
  position,
  envelope,
  event,
}: ReadEvent<Event>): EventView {
  const json = toJson(HouseholdEventSchema, { $typeName: HouseholdEventSchema.typeName, event });
  return {
    id,
    version,
    type,
    occurredOn,
    recordedAt: recordedAt.toISOString(),
    position,
    region: envelope.region,
    actorRole: roleName(envelope.actorRole),
    correlationId: envelope.correlationId,
    causationId: envelope.causationId || undefined,
    origin: envelope.origin === Origin.HISTORY ? 'history' : 'live',
    backdated: envelope.backdated,
    ruleSetVersion: envelope.ruleSetVersion || undefined,
    rules: envelope.ruleIds.map((ruleId) => ({
      ruleId,
      quote: RULES.get(ruleId)?.quote,
      file: RULES.get(ruleId)?.file,
    })),
    event: (json as Record<string, unknown>)[event.case],
  };
}

const roleName = (role: ActorRole) => nameOf(ROLES, role);
