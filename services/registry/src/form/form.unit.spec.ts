import {
  EXAMPLE_ROWS,
  FORM_COLUMNS,
  formGuide,
  readHeader,
  type ColumnKey,
  type FormRow,
} from '@fupin/domain/register-form';
import { CODE_LISTS, formatYuan, labelOf } from '@fupin/domain';
import fc from 'fast-check';
import { serialDate, type Cell } from './cell.js';
import { readHousehold, type FormContext, type FormHouseholdRead } from './household.js';
import type { RawHousehold } from './raw.js';

const VILLAGE = '422823100201';
const context: FormContext = {
  today: '2018-06-30',
  region: '422823',
  callerRegion: '42',
  village: (code) =>
    code === VILLAGE || code === '420821100201' ? code : code === '422800100201' ? VILLAGE : undefined,
};
type Cells = { [K in ColumnKey]?: Cell };
const example = EXAMPLE_ROWS[0] as FormRow;
const second = EXAMPLE_ROWS[1] as FormRow;
const raw = (...rows: Cells[]): RawHousehold => ({
  line: 2,
  rows: rows.map((cells, i) => ({ line: i + 2, cells })),
  errors: [],
});
const read = (change: Cells = {}, other: Cells = {}, about: Partial<FormContext> = {}) =>
  readHousehold(raw({ ...example, villageCode: VILLAGE, ...change }, { ...second, ...other }), {
    ...context,
    ...about,
  });
const errors = (result: ReturnType<typeof readHousehold>) =>
  result.ok ? [] : result.errors.map((e) => [e.line, e.field, e.code]);
function good(result: ReturnType<typeof readHousehold>): FormHouseholdRead {
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.household;
}

describe('the example of the template', () => {
  it('reads as a household', () => {
    const household = good(read());
    expect(household).toMatchObject({
      village: VILLAGE,
      householdKind: 'ordinary',
      entryKind: 'identified',
      registeredOn: '2014-06-30',
      mainCause: { system: 'registerCause', code: '01' },
      otherCauses: [
        { system: 'registerCause', code: '07' },
        { system: 'registerCause', code: '09' },
      ],
      income: { year: 2013, wageFen: 420000n, businessCostFen: 210000n },
      housing: {
        areaHundredthM2: 8650,
        structure: 'adobe',
        builtYear: 1996,
        electricity: true,
        tapWater: false,
        relocation: false,
        fuels: ['firewood', 'electricity'],
        distanceToMarketM: 4500,
      },
      standard: 'national',
    });
    expect(household.members.map((m) => m.name)).toEqual(['覃国安', '向秀兰']);
    expect(household.members[0]).toMatchObject({
      relation: { system: 'registerRelation', code: '01' },
      ethnicity: { system: 'gb3304', code: '15' },
      monthsWorked: 6,
      pension: true,
    });
  });
  it('has an example, a hint in both languages and a title of its own for each column', () => {
    for (const column of FORM_COLUMNS) {
      expect(column.example && column.hint && column.hintZh).toBeTruthy();
      const header = readHeader([column.key]);
      expect(header.ok ? [] : header.problems.map((p) => p.code)).not.toContain('column-unknown');
    }
    expect(new Set(FORM_COLUMNS.map((c) => c.zh)).size).toBe(FORM_COLUMNS.length);
    expect(formGuide()).toContain('15 土家族');
  });
  it('finds columns by title, alias or key, in either width and with a star', () => {
    const header = readHeader([
      '\uFEFF户编号*',
      ' 行政村代码 ',
      'householdKind',
      '主要致贫原因',
      '姓 名',
      '身份证号',
      '与户主关系',
      '务工时间(月)',
      '',
    ]);
    expect(header).toEqual({
      ok: true,
      keys: [
        'householdNo',
        'villageCode',
        'householdKind',
        'mainCause',
        'name',
        'idNumber',
        'relation',
        'monthsWorked',
      ],
    });
  });
  it('takes 序号 for the household’s number only where there is no other', () => {
    const rest = ['行政村代码', '户属性', '主要致贫原因', '姓名', '证件号码', '与户主关系'];
    const keys = (titles: string[]) => {
      const header = readHeader([...titles, ...rest]);
      return header.ok ? header.keys.slice(0, titles.length) : header.problems;
    };
    expect(keys(['序号'])).toEqual(['householdNo']);
    expect(keys(['序号', '户编号'])).toEqual(['ignored', 'householdNo']);
  });
  it('shows no number of a person whose row stands where the header should', () => {
    const header = readHeader(['覃国安', '422823196503120019']);
    expect(JSON.stringify(header)).not.toContain('4228');
  });
});

describe('a field at fault is named', () => {
  const cases: [string, Cells, string, ColumnKey][] = [
    ['a wrong check digit', { idNumber: '422823196503120018' }, 'number-checksum', 'idNumber'],
    ['30 February', { idNumber: '42282319650230001X' }, 'number-birth-date', 'idNumber'],
    ['an ID number of 17 characters', { idNumber: '42282319650312001' }, 'number-length', 'idNumber'],
    [
      'an ID number that a spreadsheet has rounded',
      { idNumber: { number: 422823196503120019 } },
      'stored-as-number',
      'idNumber',
    ],
    [
      'a bank account that a spreadsheet has rounded',
      { bankAccount: { number: 6.22412e15 } },
      'stored-as-number',
      'bankAccount',
    ],
    ['a failed formula', { wage: { broken: 'formula-error', ref: 'Y2' } }, 'formula-error', 'wage'],
    ['a cell without end', { name: { broken: 'cell-too-long', ref: 'J2' } }, 'cell-too-long', 'name'],
    ['a name of 51 characters', { name: '安'.repeat(51), headName: '' }, 'too-long', 'name'],
    ['a name with a digit', { name: '覃1', headName: '' }, 'characters-not-allowed', 'name'],
    ['no name', { name: '  ', headName: '' }, 'required', 'name'],
    ['the sex that the number denies', { sex: '女' }, 'sex-differs', 'sex'],
    ['an unknown village', { villageCode: '422823999999' }, 'village-unknown', 'villageCode'],
    ['a village of another county', { villageCode: '420821100201' }, 'village-outside-import', 'villageCode'],
    ['a township for a village', { villageCode: '422823100' }, 'village-invalid', 'villageCode'],
    ['NaN', { wage: 'NaN' }, 'amount-invalid', 'wage'],
    ['a negative income', { business: '-1' }, 'amount-negative', 'business'],
    ['1e300', { transfer: '1e300' }, 'amount-invalid', 'transfer'],
    ['1e300 as a number', { transfer: { number: 1e300 } }, 'amount-invalid', 'transfer'],
    ['three decimals', { property: '0.001' }, 'amount-decimals', 'property'],
    ['an amount beyond all', { wage: '99999999999999999.00' }, 'amount-range', 'wage'],
    [
      'incomes whose sum is beyond all',
      { wage: '90000000000000.00', business: '90000000000000.00', netIncome: '', perCapitaNetIncome: '' },
      'amount-range',
      'wage',
    ],
    ['an unknown code', { health: '77' }, 'code-unknown', 'health'],
    ['an unknown label', { education: '博士后' }, 'code-unknown', 'education'],
    ['a code of the national list', { education: '70' }, 'code-system-wrong', 'education'],
    ['a list that does not belong there', { relation: 'GB3304:15' }, 'code-system-wrong', 'relation'],
    ['a bare number where lists disagree', { ethnicity: '07' }, 'code-system-missing', 'ethnicity'],
    ['code and label that disagree', { mainCause: '01 因残' }, 'code-system-wrong', 'mainCause'],
    ['no main cause', { mainCause: '' }, 'required', 'mainCause'],
    ['three other causes', { otherCauses: '因学、因灾、缺水' }, 'too-many-values', 'otherCauses'],
    ['the main cause again', { otherCauses: '因病' }, 'value-twice', 'otherCauses'],
    ['a date in the future', { registeredOn: '2018-07-01' }, 'date-in-future', 'registeredOn'],
    ['30 February as a date', { registeredOn: '2014-02-30' }, 'date-invalid', 'registeredOn'],
    ['13 months', { monthsWorked: '13' }, 'number-invalid', 'monthsWorked'],
    ['half a month', { monthsWorked: { number: 0.5 } }, 'number-invalid', 'monthsWorked'],
    ['maybe', { dibao: '也许' }, 'yes-no-invalid', 'dibao'],
    ['an unknown kind of household', { householdKind: '富裕户' }, 'code-unknown', 'householdKind'],
    ['a phone of nine digits', { phone: '138000000' }, 'phone-invalid', 'phone'],
    [
      'a year without incomes',
      {
        wage: '',
        business: '',
        transfer: '',
        property: '',
        businessCost: '',
        netIncome: '',
        perCapitaNetIncome: '',
      },
      'income-incomplete',
      'wage',
    ],
    ['incomes without a year', { incomeYear: '' }, 'income-incomplete', 'incomeYear'],
    ['a net income that is not the sum', { netIncome: '8260.51' }, 'net-income-differs', 'netIncome'],
    [
      'a net income per head of other persons',
      { perCapitaNetIncome: '8260.50' },
      'per-capita-differs',
      'perCapitaNetIncome',
    ],
    ['a house without structure', { housingStructure: '' }, 'house-incomplete', 'housingStructure'],
    [
      'a structure without a house',
      { housingArea: '0', builtYear: '' },
      'house-incomplete',
      'housingStructure',
    ],
    ['an area of three decimals', { housingArea: '86.555' }, 'area-invalid', 'housingArea'],
    ['four fuels', { fuels: '柴草；煤炭；沼气；电' }, 'too-many-values', 'fuels'],
    ['a fuel twice', { fuels: '柴草；柴火' }, 'value-twice', 'fuels'],
    ['an unknown fuel', { fuels: '柴草；氢' }, 'code-unknown', 'fuels'],
    ['a distance of four decimals', { distanceToMarket: '4.5001' }, 'distance-invalid', 'distanceToMarket'],
    ['an unknown standard', { standard: '乡镇标准' }, 'code-unknown', 'standard'],
    ['another head’s name', { headName: '别人' }, 'head-name-differs', 'headName'],
    ['a household number with a blank', { householdNo: 'a b' }, 'characters-not-allowed', 'householdNo'],
  ];
  it.each(cases)('%s', (_what, change, code, field) => {
    expect(errors(read(change))).toContainEqual([2, field, code]);
  });
  it('outside the caller’s region', () => {
    expect(errors(read({}, {}, { region: '42', callerRegion: '4201' }))).toEqual([
      [2, 'villageCode', 'village-outside-caller'],
    ]);
  });
  it('and never repeats a value', () => {
    for (const [, change] of cases) {
      const result = read(change);
      if (result.ok) continue;
      const said = JSON.stringify(result.errors.map((e) => [e.message, e.messageZh]));
      for (const personal of ['覃国安', '4228231965', '6224', '138000']) expect(said).not.toContain(personal);
    }
  });
  it('all at once', () => {
    expect(
      errors(read({ wage: 'x', villageCode: '' }, { idNumber: '', health: '9' })).map((e) => e[2]),
    ).toEqual(expect.arrayContaining(['amount-invalid', 'required', 'required', 'code-unknown']));
  });
});

describe('a household', () => {
  it('has one head, wherever their row stands', () => {
    expect(errors(read({}, { relation: '本人或户主' }))).toEqual([[3, 'relation', 'two-heads']]);
    expect(errors(read({ relation: '之子' }))).toEqual([[2, 'relation', 'no-head']]);
    const own = { ...example, villageCode: VILLAGE };
    const household = good(readHousehold(raw(second, own), context));
    expect(household.members.map((m) => [m.name, m.line])).toEqual([
      ['覃国安', 3],
      ['向秀兰', 2],
    ]);
    // 02 is the head in GB/T 4761 and the spouse in the register's list (annex D).
    expect(good(read({ relation: 'GBT4761:02' }, { relation: '02' })).members.map((m) => m.relation)).toEqual(
      [
        { system: 'gbt4761', code: '02' },
        { system: 'registerRelation', code: '02' },
      ],
    );
    expect(good(read({ relation: 'GBT4761:01' })).members[0]?.relation.system).toBe('gbt4761');
    expect(errors(read({}, { relation: 'GBT4761:02' }))).toEqual([[3, 'relation', 'two-heads']]);
    expect(errors(read({ relation: 'GBT4761:10' })).map((e) => e[2])).toContain('no-head');
  });
  it('of 07 is 土家族 in the register’s list and 彝族 in GB 3304 (annex D)', () => {
    const [own, national] = ['registerEthnicity:07', 'GB3304:07'].map(
      (ethnicity) => good(read({ ethnicity })).members[0]?.ethnicity,
    );
    expect([own, national]).toEqual([
      { system: 'registerEthnicity', code: '07' },
      { system: 'gb3304', code: '07' },
    ]);
    expect(labelOf('registerEthnicity', '07')?.zh).toBe('土家族');
    expect(labelOf('gb3304', '07')?.zh).toBe('彝族');
  });
  it('has sex by GB/T 2261.1 as label or code, and 未说明 says nothing against the number', () => {
    for (const sex of ['男', '男性', '1', 'GB/T 2261.1:1', '未说明', '9'])
      expect(errors(read({ sex }))).toEqual([]);
    expect(errors(read({ sex: 'GB/T 2261.1:2' }))).toEqual([[2, 'sex', 'sex-differs']]);
    expect(errors(read({ sex: 'GB3304:01' }))).toEqual([[2, 'sex', 'code-system-wrong']]);
  });
  it('names the lists of the column when a code is of another one', () => {
    const result = read({ relation: 'GB3304:15' });
    expect(result.ok ? '' : result.errors[0]?.message).toContain('registerRelation, gbt4761');
  });
  it('names nobody twice, also by the disability card', () => {
    expect(errors(read({}, { idNumber: `${String(example.idNumber)}11`, sex: '' }))).toEqual([
      [3, 'idNumber', 'member-twice'],
    ]);
  });
  it('may repeat its own columns on other rows, with the same value', () => {
    expect(read({}, { wage: '4200.00', villageCode: VILLAGE }).ok).toBe(true);
    expect(errors(read({}, { wage: '4200.01' }))).toEqual([[3, 'wage', 'household-value-differs']]);
  });
  it('has at most 60 members', () => {
    expect(errors(readHousehold(raw(...Array.from({ length: 61 }, () => example)), context))).toEqual([
      [2, undefined, 'too-many-members'],
    ]);
  });
  it('is refused without a date unless the import has one', () => {
    expect(errors(read({ registeredOn: '' }))).toEqual([[2, 'registeredOn', 'date-missing']]);
    expect(good(read({ registeredOn: '' }, {}, { registeredOn: '2015-01-01' })).registeredOn).toBe(
      '2015-01-01',
    );
  });
  it('of a former village code goes under the code of today', () => {
    expect(good(read({ villageCode: '422800100201' }, {}, { region: '4228' })).village).toBe(VILLAGE);
  });
});

describe('form fields A1, A24, A36 and the distance to the market', () => {
  it.each([
    ['柴草', ['firewood']],
    ['柴草、煤炭、电', ['firewood', 'coal', 'electricity']],
    ['煤气、液化气、天然气', ['gas']],
    ['液化气;沼气', ['gas', 'biogas']],
    ['01|05', ['firewood', 'electricity']],
  ])('reads the fuels of %s', (fuels, expected) => {
    expect(good(read({ fuels })).housing?.fuels).toEqual(expected);
  });
  it('reads kilometres to the metre', () => {
    const metres = (distanceToMarket: Cell) => good(read({ distanceToMarket })).housing?.distanceToMarketM;
    expect([metres('0'), metres('0.001'), metres('12'), metres({ number: 4.5 }), metres('')]).toEqual([
      0,
      1,
      12_000,
      4500,
      undefined,
    ]);
  });
  it('reads standard and relocation, and neither where they are empty', () => {
    expect(good(read({ standard: '省标', relocation: '是' }))).toMatchObject({
      standard: 'provincial',
      housing: { relocation: true },
    });
    expect(good(read({ standard: '', relocation: '' }))).toMatchObject({
      standard: undefined,
      housing: { relocation: false },
    });
  });
});

describe('accepted as registers write it', () => {
  const accepted: [string, Cells, (household: FormHouseholdRead) => unknown, unknown][] = [
    [
      'a disability card, compared by its first 18',
      { idNumber: '42282319650312001943' },
      (h) => [h.members[0]?.number.canonical, h.members[0]?.number.cardNumber.length],
      ['422823196503120019', 20],
    ],
    [
      'a small x and full-width digits',
      { idNumber: '４２２８２３１９６５０３１２００１９' },
      (h) => h.members[0]?.number.idNumber,
      '422823196503120019',
    ],
    [
      'a name of 50 characters with · and rare characters',
      { name: `阿卜杜·${'𠮷'.repeat(23)}${'㐂'.repeat(23)}`, headName: '' },
      (h) => h.members[0]?.name,
      `阿卜杜·${'𠮷'.repeat(23)}${'㐂'.repeat(23)}`,
    ],
    [
      'a character of the private use area of GB 18030',
      { name: '覃\uE863', headName: '' },
      (h) => h.members[0]?.name,
      '覃\uE863',
    ],
    ['〇 in a name', { name: '李〇', headName: '' }, (h) => h.members[0]?.name, '李〇'],
    ['a code without its zero', { health: '3' }, (h) => h.members[0]?.health?.code, '03'],
    ['a code as a number', { health: { number: 3 } }, (h) => h.members[0]?.health?.code, '03'],
    ['code and label', { mainCause: '02 因残', otherCauses: '' }, (h) => h.mainCause.code, '02'],
    [
      'an ethnic group by its list',
      { ethnicity: 'GB3304:15' },
      (h) => h.members[0]?.ethnicity,
      { system: 'gb3304', code: '15' },
    ],
    [
      'the register’s own list of groups',
      { ethnicity: 'registerEthnicity:07' },
      (h) => h.members[0]?.ethnicity,
      { system: 'registerEthnicity', code: '07' },
    ],
    [
      'causes in any separation',
      { otherCauses: '因学;缺水' },
      (h) => h.otherCauses.map((c) => c.code),
      ['03', '06'],
    ],
    ['a date with slashes', { registeredOn: '2014/6/3' }, (h) => h.registeredOn, '2014-06-03'],
    ['a Chinese date', { registeredOn: '2014年6月3日' }, (h) => h.registeredOn, '2014-06-03'],
    [
      'a date of eight digits as a number',
      { registeredOn: { number: 20140603 } },
      (h) => h.registeredOn,
      '2014-06-03',
    ],
    ['a spreadsheet’s date', { registeredOn: { number: 41_793 } }, (h) => h.registeredOn, '2014-06-03'],
    [
      'an amount that a spreadsheet keeps as a binary fraction',
      { wage: { number: 4.3499999999999996 }, netIncome: '', perCapitaNetIncome: '' },
      (h) => h.income?.wageFen,
      435n,
    ],
    [
      'a negative net income',
      { wage: '0', business: '0', transfer: '0', netIncome: '-2100', perCapitaNetIncome: '-1050.00' },
      (h) => h.income?.businessCostFen,
      210000n,
    ],
    [
      'no house',
      { housingArea: '0', housingStructure: '', builtYear: '' },
      (h) => h.housing,
      {
        areaHundredthM2: 0,
        electricity: true,
        tapWater: false,
        relocation: false,
        fuels: ['firewood', 'electricity'],
        distanceToMarketM: 4500,
      },
    ],
    ['五保户', { householdKind: '五保户' }, (h) => h.householdKind, 'tekun'],
  ];
  it.each(accepted)('%s', (_what, change, of, expected) => {
    expect(of(good(read(change)))).toEqual(expected);
  });
});

describe('whatever stands in the cells', () => {
  const cell: fc.Arbitrary<Cell> = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.double().map((number) => ({ number })),
    fc.constant<Cell>({ broken: 'formula-error', ref: 'A1' }),
  );
  const keys = FORM_COLUMNS.map((c) => c.key);
  it('a household is read or refused with a reason, and nothing is thrown', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), cell),
        fc.dictionary(fc.constantFrom(...keys), cell),
        (a, b) => {
          const result = read(a, b);
          expect(result.ok || result.errors.length > 0).toBe(true);
        },
      ),
    );
  });
  it('an amount of fen reads as itself', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 53n - 1n), (fen) => {
        const household = good(
          read({
            wage: formatYuan(fen),
            business: '',
            transfer: '',
            property: '',
            businessCost: '',
            netIncome: '',
            perCapitaNetIncome: '',
          }),
        );
        expect(household.income?.wageFen).toBe(fen);
      }),
    );
  });
  it('every code of the form’s lists is read by its label', () => {
    const lists: [ColumnKey, keyof typeof CODE_LISTS][] = [
      ['mainCause', 'registerCause'],
      ['education', 'registerEducation'],
      ['schooling', 'registerSchooling'],
      ['health', 'registerHealth'],
      ['workAbility', 'registerWorkAbility'],
      ['workplace', 'registerWorkplace'],
    ];
    for (const [column, list] of lists) {
      for (const { code, zh } of CODE_LISTS[list]) {
        const household = good(read({ otherCauses: '', [column]: zh }));
        const value =
          column === 'mainCause' ? household.mainCause : household.members[0]?.[column as 'health'];
        expect(value).toEqual({ system: list, code });
      }
    }
    for (const { code, zh } of CODE_LISTS.gb3304) {
      expect(good(read({ ethnicity: zh })).members[0]?.ethnicity).toEqual({ system: 'gb3304', code });
    }
  });
  it('a spreadsheet’s date numbers stay within sense', () => {
    expect(serialDate({ number: 2014 })).toBeUndefined();
    expect(serialDate({ number: 42_004.75 })).toBe('2014-12-31');
  });
});
