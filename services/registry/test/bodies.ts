// Request bodies with sensible defaults, and people who do not exist.
import { randomInt } from 'node:crypto';

/** 巴东县东瀼口镇陈家岭村, and its neighbour. */
export const VILLAGE = '422823101201';
export const NEIGHBOUR = '422823101202';
export const COUNTY = '422823';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An ID number with a right check digit that hardly repeats: county, a day of birth, a running number. */
export function idNumber(): string {
  const day = String(randomInt(1, 29)).padStart(2, '0');
  const month = String(randomInt(1, 13)).padStart(2, '0');
  const body = `422823${randomInt(1930, 2013)}${month}${day}${String(randomInt(0, 1000)).padStart(3, '0')}`;
  return body + checkDigit(body);
}

export function checkDigit(body: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return '10X98765432'.charAt(sum % 11);
}

export const DOCUMENT = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e01';
export const evidence = (datedOn: string) => ({ source: 'householdVisit', datedOn, documentId: DOCUMENT });

export const person = (relation: string, rest: Record<string, unknown> = {}) => ({
  name: '向春梅',
  idNumber: idNumber(),
  relation: { code: relation },
  ...rest,
});

export const application = (occurredOn = '2016-01-05', rest: Record<string, unknown> = {}) => ({
  villageCode: VILLAGE,
  occurredOn,
  entryKind: 'identified',
  householdKind: 'ordinary',
  address: '三组十二号门牌',
  members: [
    person('01', {
      name: '覃守义',
      phone: '13971234567',
      bankAccount: '6217002870012345678',
      ethnicity: { code: '07' },
    }),
    person('02', { name: '阿依古丽·买买提江', ethnicity: { system: 'gb3304', code: '05' } }),
    person('04', { name: '覃𠀀', health: { code: '02' } }),
  ],
  causes: { main: { code: '01' }, others: [{ code: '07' }] },
  authorisation: { signedOn: occurredOn, documentId: DOCUMENT },
  ...rest,
});

export const GUARANTEES = ['food', 'clothing', 'compulsoryEducation', 'basicMedicalCare', 'safeHousing'];
export const findings = (datedOn: string, names = GUARANTEES) =>
  names.map((guarantee) => ({ guarantee, holds: true, evidence: evidence(datedOn) }));

/** A survey of three persons with this income per head in yuan. */
export const survey = (occurredOn: string, year: number, perHead: number) => ({
  occurredOn,
  year,
  wage: (perHead * 3).toFixed(2),
  business: '0.00',
  transfer: '0.00',
  property: '0.00',
  businessCost: '0.00',
  evidence: evidence(occurredOn),
});

/** The steps after the first one of identification or return within a month, as path and body. */
export const chain = (
  month: string,
  procedure: 'identification' | 'return',
): [string, Record<string, unknown>][] => [
  [
    'democratic-reviews',
    { occurredOn: `${month}-06`, procedure, participants: 30, votesFor: 28, votesAgainst: 1 },
  ],
  [
    'verifications',
    { occurredOn: `${month}-07`, procedure, confirmed: true, evidence: evidence(`${month}-07`) },
  ],
  ['data-comparisons', { occurredOn: `${month}-07`, procedure, hits: [] }],
  ['public-notices', { occurredOn: `${month}-08`, procedure, level: 'village' }],
  ['township-reviews', { occurredOn: `${month}-16`, procedure, approved: true }],
  ['public-notices', { occurredOn: `${month}-17`, procedure, level: 'township' }],
  ['county-reviews', { occurredOn: `${month}-25`, procedure, approved: true }],
  ['announcements', { occurredOn: `${month}-26`, procedure }],
];

export const exitSteps = (month: string): [string, Record<string, unknown>][] => [
  [
    'democratic-reviews',
    { occurredOn: `${month}-02`, procedure: 'exit', participants: 30, votesFor: 28, votesAgainst: 1 },
  ],
  [
    'verifications',
    { occurredOn: `${month}-03`, procedure: 'exit', confirmed: true, evidence: evidence(`${month}-03`) },
  ],
  ['acknowledgements', { occurredOn: `${month}-04`, documentId: DOCUMENT }],
  ['public-notices', { occurredOn: `${month}-05`, procedure: 'exit', level: 'village' }],
  ['announcements', { occurredOn: `${month}-13`, procedure: 'exit' }],
];
