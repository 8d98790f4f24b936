import { entries, type CodeList } from './code-list.js';

// Lists of the register's form that are enums of their own in the contracts, or belong to later work: labels for people.

const PUBLIC_LIST =
  "a front-end source file of a public repository with the register's lists: a sample of practice";

/** Lists by name; the codes of lists marked `assumed` are our own numbering of a sourced text. */
export const FORM_LISTS = {
  /** 贫困户属性 */
  householdKind: {
    zh: '贫困户属性',
    en: 'Household kind',
    status: 'assumed',
    source: 'text sourced from the form notes, numbers ours',
    entries: entries(`
      01 一般贫困户 | ordinary poor household
      02 低保贫困户 | dibao household
      03 特困供养（五保）户 | tekun (wubao) household
    `),
  },
  exitState: {
    zh: '脱贫属性',
    en: 'Exit state',
    status: 'sourced',
    source: PUBLIC_LIST,
    entries: entries(`
      02 返贫 | relapsed
      03 历史已脱贫 | exited in an earlier year
      04 未脱贫 | still poor
      05 新脱贫 | exited this year
    `),
  },
  notExitedReason: {
    zh: '未脱贫原因',
    en: 'Reason not yet exited',
    status: 'assumed',
    source: 'text sourced from the same list as the exit states, numbers ours (their order there)',
    entries: entries(`
      01 收入达标但保障不全 | income above the line but guarantees missing
      02 帮扶措施尚未见效 | help without result yet
      03 “回头看”新增 | newly added at the re-check
      04 因残无收入 | disability without income
      05 重病在治 | serious illness in treatment
      06 医疗或就学支出大于收入 | illness or school cost above income
      07 收入不稳定 | income not stable
      08 五保 | wubao
      09 一类低保无劳动力 | dibao class 1, unable to work
      10 易地搬迁未交钥匙 | relocation without keys
    `),
  },
  memberChange: {
    zh: '家庭成员变更原因',
    en: 'Member change',
    status: 'sourced',
    source: PUBLIC_LIST,
    entries: entries(`
      01 死亡 | death
      02 嫁出 | married out
      03 出国定居 | settled abroad
      04 判刑收监 | imprisoned
      05 嫁入 | married in
      06 新生儿 | birth
      07 其他转入 | other moving in
      08 其他转出 | other moving out
    `),
  },
  housingSafety: {
    zh: '住房安全',
    en: 'Housing safety',
    status: 'sourced',
    source: PUBLIC_LIST,
    entries: entries(`
      01 有安全住房 | safe
      02 危房C类 | dangerous house grade C
      03 危房D类 | dangerous house grade D
    `),
  },
} as const satisfies Record<string, CodeList>;

export type FormListName = keyof typeof FORM_LISTS;
