import { labelOf } from '@fupin/domain';
import type { FormRow } from '@fupin/domain/register-form';
import type { SampleHousehold, SampleIncome } from './household.js';
import type { SamplePerson } from './people.js';

const KINDS = { ordinary: '一般贫困户', dibao: '低保贫困户', tekun: '特困户' } as const;
const STRUCTURES: Readonly<Record<string, string>> = {
  adobe: '土坯',
  brickTimber: '砖木',
  brickConcrete: '砖混',
};

/** Fen as the yuan text that the form and the REST interface use. */
export const yuan = (fen: number): string => (fen / 100).toFixed(2);

const yesNo = (value: boolean): string => (value ? '是' : '否');
const cause = (code: string): string => labelOf('registerCause', code)?.zh ?? code;

function memberCells(person: SamplePerson): FormRow {
  return {
    name: person.name,
    idNumber: person.personNumber,
    sex: person.sex === 'male' ? '男' : '女',
    relation: person.relation,
    ethnicity: `GB3304:${person.ethnicity}`,
    education: person.education,
    schooling: person.schooling,
    health: person.health,
    workAbility: person.workAbility,
    ...(person.monthsWorked > 0 && { workplace: person.workplace }),
    monthsWorked: String(person.monthsWorked),
    medicalInsurance: '是',
    pension: yesNo(person.birthDate < '1998'),
  };
}

function incomeCells(year: number, income: SampleIncome): FormRow {
  return {
    incomeYear: String(year),
    wage: yuan(income.wageFen),
    business: yuan(income.businessFen),
    transfer: yuan(income.transferFen),
    property: yuan(income.propertyFen),
    businessCost: yuan(income.businessCostFen),
  };
}

/** The form's rows of a household that was registered in 2013: one per member, the household's cells on the head's row. */
export function formRows(household: SampleHousehold): FormRow[] {
  const income = household.incomes.get(household.life.entryYear);
  const { house } = household;
  const householdCells: FormRow = {
    villageCode: household.village,
    groupName: `${(Number(household.formNo) % 8) + 1}组`,
    householdKind: KINDS[household.kind],
    mainCause: cause(household.mainCause),
    otherCauses: household.otherCauses.map(cause).join('、'),
    phone: household.phone,
    ...(income && incomeCells(household.life.entryYear, income)),
    housingArea: String(house.areaM2),
    ...(house.areaM2 > 0 && {
      housingStructure: STRUCTURES[house.structure] ?? '其他',
      builtYear: String(house.builtYear),
    }),
    electricity: yesNo(house.electricity),
    tapWater: yesNo(house.tapWater),
    bank: household.bankName,
    bankAccount: household.bankAccount,
  };
  return household.members.map((person, index) => ({
    householdNo: household.formNo,
    ...(index === 0 && householdCells),
    ...memberCells(person),
    dibao: yesNo(household.kind === 'dibao'),
  }));
}
