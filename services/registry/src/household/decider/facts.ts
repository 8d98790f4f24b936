import {
  type Fuel,
  GuaranteesAssessedSchema,
  HousingStructure,
  IncomeSurveyedSchema,
  LivingConditionsRecordedSchema,
  MonitoringVisitRecordedSchema,
  PovertyCausesRecordedSchema,
  type GuaranteeFinding,
} from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import { divideHalfUp, MAX_FEN, yearOf } from '@fupin/domain';
import { accept, refuse, type Decision, type Refusal } from '@fupin/event-sourcing/decider';
import { sizeOn } from './as-of.js';
import { dateRefusals, evidenceRefusals, recorded, wrongStatus, type Event } from './basis.js';
import type {
  AssessGuarantees,
  Basis,
  IncomeFigures,
  LivingConditions,
  RecordLivingConditions,
  RecordMonitoringVisit,
  RecordPovertyCauses,
  SurveyIncome,
} from './commands.js';
import { causeRefusals } from './identification.js';
import { isLiving, notLiving } from './membership.js';
import type { HouseholdState } from './state.js';

/** The form's A36 has room for three. */
export const MAX_FUELS = 3;

/** 致贫原因: the causes as they are now known, one main and up to two others. */
export function recordPovertyCauses(command: RecordPovertyCauses, state: HouseholdState): Decision<Event> {
  const refusals = [
    ...factRefusals(command, state),
    ...causeRefusals(command.causes, command.policy.maxOtherCauses),
  ];
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(PovertyCausesRecordedSchema, { causes: command.causes });
  return accept(recorded(command, { case: 'povertyCausesRecorded', value }));
}

/** 收入调查 of one year, with the form's arithmetic done here and nowhere else. It counts the members of its own day. */
export function surveyIncome(command: SurveyIncome, state: HouseholdState): Decision<Event> {
  if (!isLiving(state)) return refuse(notLiving(state));
  const size = sizeOn(state.file, command.occurredOn);
  const refusals = [...factRefusals(command, state), ...surveyRefusals(command, command, size)];
  if (refusals.length > 0) return refuse(...refusals);
  return accept(recorded(command, incomeSurveyed(command, size)));
}

/** A19 = A17a + A17b + A17c + A17d − A18; A20 = A19 / household size, rounded half up at the fen, once, at the end. */
export function incomeSurveyed(figures: IncomeFigures, size: number): Event {
  const { year, wageFen, businessFen, transferFen, propertyFen, businessCostFen, evidence } = figures;
  const netIncomeFen = netIncome(figures);
  const value = create(IncomeSurveyedSchema, {
    year,
    wageFen,
    businessFen,
    transferFen,
    propertyFen,
    businessCostFen,
    netIncomeFen,
    persons: size,
    // Without anybody there is no income per head; `surveyRefusals` lets no such survey pass.
    perCapitaNetIncomeFen: size === 0 ? 0n : divideHalfUp(netIncomeFen, BigInt(size)),
    evidence,
  });
  return { case: 'incomeSurveyed', value };
}

const netIncome = ({
  wageFen,
  businessFen,
  transferFen,
  propertyFen,
  businessCostFen,
}: IncomeFigures): bigint => wageFen + businessFen + transferFen + propertyFen - businessCostFen;

/**
 * What stands against a survey's figures: negative amounts, a year that is not the business date's or the one before,
 * missing evidence, or another size than `size`, the household's on that day (a smaller one would lift the income per head).
 */
export function surveyRefusals(figures: IncomeFigures, basis: Basis, size: number): Refusal[] {
  const refusals = evidenceRefusals(figures.evidence, basis, 'evidence');
  for (const field of ['wageFen', 'businessFen', 'transferFen', 'propertyFen', 'businessCostFen'] as const) {
    if (figures[field] < 0n) {
      refusals.push({
        code: 'amount-negative',
        message: `${field.slice(0, -3)} may not be negative`,
        messageZh: '金额不能为负数',
        field: field.slice(0, -3),
      });
    }
  }
  const net = netIncome(figures);
  if (net > MAX_FEN || net < -MAX_FEN) {
    refusals.push({
      code: 'amount-out-of-range',
      message: 'The net income is more than an amount can be',
      messageZh: '纯收入超出金额范围',
      field: 'netIncome',
    });
  }
  const year = yearOf(basis.occurredOn);
  if (figures.year !== year && figures.year !== year - 1) {
    refusals.push({
      code: 'survey-year-out-of-range',
      message: `A survey made in ${year} is about ${year} or ${year - 1}`,
      messageZh: '收入调查年度应为当年或上一年',
      field: 'year',
    });
  }
  if (size === 0) {
    refusals.push({
      code: 'nobody-on-that-day',
      message: `The household had no members on ${basis.occurredOn}`,
      messageZh: `${basis.occurredOn}该户没有在册人员`,
      field: 'occurredOn',
    });
  } else if (figures.persons !== undefined && figures.persons !== size) {
    refusals.push({
      code: 'household-size-differs',
      message: `The survey counts ${figures.persons} persons, the register ${size} on ${basis.occurredOn}`,
      messageZh: `调查人数（${figures.persons}）与在册人数（${size}）不一致`,
      field: 'persons',
    });
  }
  return refusals;
}

/** 两不愁三保障 and safe water: each finding with its evidence; what is not named keeps its last finding. */
export function assessGuarantees(command: AssessGuarantees, state: HouseholdState): Decision<Event> {
  const { findings } = command;
  const refusals = [...factRefusals(command, state), ...findingRefusals(findings, command)];
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(GuaranteesAssessedSchema, { findings: [...findings] });
  return accept(recorded(command, { case: 'guaranteesAssessed', value }, 'REG-01', 'REG-02', 'TGT-13'));
}

/** At least one finding, each guarantee once, each with its evidence. */
export function findingRefusals(findings: readonly GuaranteeFinding[], basis: Basis): Refusal[] {
  const refusals: Refusal[] = [];
  if (findings.length === 0)
    refusals.push({ code: 'findings-missing', message: 'Nothing was assessed', field: 'findings' });
  const seen = new Set<number>();
  findings.forEach((finding, index) => {
    if (seen.has(finding.guarantee)) {
      refusals.push({
        code: 'guarantee-twice',
        message: 'A guarantee is named twice',
        messageZh: '保障事项重复',
        field: `findings[${index}]`,
      });
    }
    seen.add(finding.guarantee);
    refusals.push(...evidenceRefusals(finding.evidence, basis, `findings[${index}].evidence`));
  });
  return refusals;
}

/** 居住条件, form fields A21–A24, A35–A37 and the distance to the market. */
export function recordLivingConditions(
  command: RecordLivingConditions,
  state: HouseholdState,
): Decision<Event> {
  const refusals = [...factRefusals(command, state), ...livingRefusals(command, command)];
  if (refusals.length > 0) return refuse(...refusals);
  return accept(recorded(command, livingConditionsRecorded(command)));
}

export function livingConditionsRecorded(conditions: LivingConditions): Event {
  const { housingAreaHundredthM2, structure, builtYear, electricity, tapWater } = conditions;
  const { relocation = false, fuels = [], distanceToMarketM } = conditions;
  const value = create(LivingConditionsRecordedSchema, {
    housingAreaHundredthM2,
    structure,
    builtYear,
    electricity,
    tapWater,
    relocation,
    fuels: [...fuels],
    ...(distanceToMarketM !== undefined && { distanceToMarketM }),
  });
  return { case: 'livingConditionsRecorded', value };
}

/** What stands against living conditions: an incomplete house, or more than three fuels (annex D, A21–A23, A36). */
export function livingRefusals(conditions: LivingConditions, basis: Basis): Refusal[] {
  return [...houseRefusals(conditions, basis), ...fuelRefusals(conditions.fuels ?? [])];
}

/** A36: up to three, none twice. */
function fuelRefusals(fuels: readonly Fuel[]): Refusal[] {
  const refusals: Refusal[] = [];
  if (fuels.length > MAX_FUELS) {
    refusals.push({
      code: 'too-many-fuels',
      message: `At most ${MAX_FUELS} kinds of fuel`,
      messageZh: `主要燃料最多${MAX_FUELS}项`,
      field: 'fuels',
    });
  }
  if (new Set(fuels).size < fuels.length) {
    refusals.push({
      code: 'fuel-twice',
      message: 'A kind of fuel is named twice',
      messageZh: '燃料类型重复',
      field: 'fuels',
    });
  }
  return refusals;
}

/** No house: area 0, structure and year left out (annex D, A21–A23). A house is not built after the fact's year. */
function houseRefusals(conditions: LivingConditions, basis: Basis): Refusal[] {
  const { housingAreaHundredthM2: area, structure, builtYear } = conditions;
  if (
    area === 0
      ? structure !== HousingStructure.UNSPECIFIED || builtYear !== 0
      : structure === HousingStructure.UNSPECIFIED
  ) {
    return [
      {
        code: 'house-incomplete',
        message:
          'A house has an area and a structure; without a house the area is 0 and both others are left out',
        messageZh: '有住房须填面积和结构；无住房面积为0，结构和建造年份不填',
        field: 'structure',
      },
    ];
  }
  if (builtYear <= yearOf(basis.occurredOn)) return [];
  return [
    {
      code: 'built-in-future',
      message: 'The house was built after the date of the record',
      messageZh: '建造年份晚于记录日期',
      field: 'builtYear',
    },
  ];
}

/** 脱贫户跟踪监测: only an exited household is tracked this way, from the day of its exit (REG-07, REG-08, REG-24). */
export function recordMonitoringVisit(
  command: RecordMonitoringVisit,
  state: HouseholdState,
): Decision<Event> {
  if (state.status !== 'exited') return refuse(wrongStatus(state, 'exited', 'REG-07'));
  const refusals = dateRefusals(command, state, 'fact');
  if (command.occurredOn < state.exitedOn) {
    refusals.push({
      code: 'before-exit',
      message: `The visit lies before the exit of ${state.exitedOn}`,
      messageZh: `走访日期早于脱贫日期（${state.exitedOn}）`,
      ruleId: 'REG-07',
      field: 'occurredOn',
    });
  }
  if (refusals.length > 0) return refuse(...refusals);
  const value = create(MonitoringVisitRecordedSchema, {
    production: command.production,
    living: command.living,
  });
  return accept(recorded(command, { case: 'monitoringVisitRecorded', value }, 'REG-07', 'REG-08', 'REG-24'));
}

/** Facts belong to a household that has a file and members, registered or applying; an ended one has neither. */
function factRefusals(basis: Basis, state: HouseholdState): Refusal[] {
  return isLiving(state) ? dateRefusals(basis, state, 'fact') : [notLiving(state)];
}
