import { CODE_SYSTEMS, type CodeSystemName } from '../codes.js';
import { FORM_COLUMNS, type FormColumn, type FormRow } from './columns.js';

const columns: readonly FormColumn[] = FORM_COLUMNS;

/** One household of two as the template shows it: the example of each column, then a member's row. The numbers are made up. */
export const EXAMPLE_ROWS: readonly FormRow[] = [
  {
    ...(Object.fromEntries(columns.map((c) => [c.key, c.example])) as FormRow),
    netIncome: '8260.50',
    perCapitaNetIncome: '4130.25',
  },
  {
    householdNo: '4228230001',
    name: '向秀兰',
    idNumber: '422823196708210026',
    sex: '女',
    relation: '配偶',
    ethnicity: '土家族',
    education: '初中',
    schooling: '非在校生',
    health: '健康',
    workAbility: '普通劳动力',
    dibao: '否',
    medicalInsurance: '是',
    pension: '是',
  },
];

/** The form explained in Markdown: each column with key, level and content, then the code lists it draws on. */
export function formGuide(): string {
  const lines = [
    '# 建档立卡登记表 (register form)',
    '',
    'One row per person; the rows of a household follow one another and carry its 户编号; the household’s own columns are',
    'filled on the head’s row. Headers: the Chinese title, an alias, or the key. Columns marked * must be in the file.',
    '',
    '| 列 | key | 填写 level | form | 说明 | content |',
    '|---|---|---|---|---|---|',
    ...columns.map(
      (c) =>
        `| ${c.zh}${c.mandatory ? ' *' : ''} | \`${c.key}\` | ${LEVEL[c.level]} | ${c.formField ?? ''} | ${c.hintZh} | ${c.hint} |`,
    ),
    '',
    '## 代码表 (code lists)',
  ];
  for (const column of columns) {
    if (column.kind.type === 'choice') {
      lines.push('', `**${column.zh}**: ${column.kind.choices.map((c) => `${c.code} ${c.zh}`).join('、')}`);
    }
  }
  for (const name of systemsUsed()) {
    const list = CODE_SYSTEMS[name];
    lines.push(
      '',
      `**${list.zh}** (\`${name}\`): ${list.entries.map((e) => `${e.code} ${e.zh}`).join('、')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const LEVEL = { key: '每行 every row', household: '户主行 head’s row', member: '每人 every person' } as const;

function systemsUsed(): CodeSystemName[] {
  return [...new Set(columns.flatMap((c) => (c.kind.type === 'code' ? c.kind.systems : [])))];
}
