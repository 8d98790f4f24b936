import { toJson } from '@bufbuild/protobuf';
import { ActorRole, HouseholdEventSchema, Origin, Sex, type Member, type ExitPath } from '@fupin/contracts';
import { formatYuan, labelOf } from '@fupin/domain';
import type { ReadEvent } from '@fupin/event-sourcing';
import { RULES } from '@fupin/policy';
import { ROLES } from '@fupin/service';
import type { MaskedPerson } from '../../vault/masking.js';
import type { Event } from '../decider/basis.js';
import {
  CORRECTION_REASONS,
  FINDING_KINDS,
  ENTRY_KINDS,
  EVIDENCE_SOURCES,
  EXIT_PATHS,
  EXIT_PATH_LABELS,
  FUELS,
  GUARANTEES,
  HOUSEHOLD_KINDS,
  HOUSING_STRUCTURES,
  LEAVE_REASONS,
  POVERTY_STANDARDS,
  codeView,
  nameOf,
} from './names.js';
import { factsOf } from '../decider/evolve.js';
import { nextStep } from '../decider/procedure.js';
import type {
  EventView,
  HouseholdView,
  LivingConditionsView,
  MemberView,
  ProcedureView,
} from './views.dto.js';
import type {
  Finding,
  HouseholdFile,
  KnownHousehold,
  LivingConditionsOn,
  Progress,
} from '../decider/state.js';

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
    householdNo: 'householdNo' in state ? state.householdNo : undefined,
    entryKind: nameOf(ENTRY_KINDS, file.entryKind),
    householdKind: nameOf(HOUSEHOLD_KINDS, file.householdKind),
    registeredOn: registered?.registeredOn,
    exitedOn: exited?.exitedOn,
    returnedOn: registered?.returnedOn,
    plannedExitYear: state.status === 'stillPoor' ? state.plannedExitYear : undefined,
    plannedExitPaths:
      state.status === 'stillPoor' ? state.plannedExitPaths?.flatMap(exitPathView) : undefined,
    policiesRetainedUntil: exited?.policiesRetainedUntil,
    policy: exited && (exited.policyEndedOn === undefined ? 'retained' : 'ended'),
    policyEndedOn: exited?.policyEndedOn,
    removedOn: state.status === 'removed' ? state.removedOn : undefined,
    dibaoContinues: exited?.dibaoContinues,
    persons: file.members.length,
    members: file.members.map((member) => ({
      ...memberView(member, file.joinedOn[member.personId]),
      ...persons?.get(member.personId),
    })),
    departures: file.departures.map(({ personId, on, reason }) => ({
      personId,
      leftOn: on,
      reason: reason === undefined ? undefined : nameOf(LEAVE_REASONS, reason),
    })),
    endedOn: endOf(state),
    mergedInto: state.status === 'mergedAway' ? state.intoHouseholdId : undefined,
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
    openFindings: openFindingsView(file),
    corrections: file.corrections.map(({ reason, ...made }) => ({
      ...made,
      reason: nameOf(CORRECTION_REASONS, reason),
    })),
  };
}

function openFindingsView({ openFindings, log }: HouseholdFile): HouseholdView['openFindings'] {
  if (openFindings.length === 0) return [];
  const facts = factsOf(log);
  return openFindings.map(({ eventId, kind, aboutEventId }) => {
    const raised = facts.find(({ id }) => id === eventId);
    const value = raised?.event.case === 'registerFindingRaised' ? raised.event.value : undefined;
    return {
      eventId,
      kind: nameOf(FINDING_KINDS, kind),
      aboutEventId,
      correctionEventId: value?.correctionEventId,
      missing: value?.missing ?? [],
      raisedOn: raised?.occurredOn,
    };
  });
}

/** 五个一批 with its labels; empty for a path that this version does not know. */
export function exitPathView(path: ExitPath) {
  const code = nameOf(EXIT_PATHS, path);
  return code ? [{ code, ...EXIT_PATH_LABELS[code] }] : [];
}

/** The day a household ceased to be one. */
function endOf(state: KnownHousehold): string | undefined {
  if (state.status === 'extinguished') return state.extinguishedOn;
  return state.status === 'mergedAway' ? state.mergedOn : undefined;
}

function memberView(member: Member, joinedOn: string | undefined): MemberView {
  const { personId, birthYear, sex, monthsWorked, dibao, medicalInsurance, pension } = member;
  return {
    personId,
    joinedOn,
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

/** A household's events as JSON; both stay to be seen, what was mistaken and what puts it right. */
export function eventViews(events: readonly ReadEvent<Event>[]): EventView[] {
  const correctedBy = new Map<string, string[]>();
  const struck = new Set<string>();
  for (const { id, event } of events) {
    if (event.case !== 'eventCorrected') continue;
    const { correctedEventId } = event.value;
    correctedBy.set(correctedEventId, [...(correctedBy.get(correctedEventId) ?? []), id]);
    if (event.value.annulled) struck.add(correctedEventId);
    else struck.delete(correctedEventId);
  }
  return events.map((event) => ({
    ...eventView(event),
    correctedBy: correctedBy.get(event.id) ?? [],
    annulled: struck.has(event.id),
  }));
}

/** An event as JSON, with the rules its decision rested on in the words of the documents. */
function eventView({
  id,
  version,
  type,
  occurredOn,
  recordedAt,
  position,
  envelope,
  event,
}: ReadEvent<Event>): Omit<EventView, 'correctedBy' | 'annulled'> {
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
    corrects: event.case === 'eventCorrected' ? event.value.correctedEventId : undefined,
    event: (json as Record<string, unknown>)[event.case],
  };
}

const roleName = (role: ActorRole) => nameOf(ROLES, role);
