import { entries, type CodeList } from './code-list.js';

const PUBLIC_LIST =
  "a front-end source file of a public repository with the register's lists: a sample of practice, not an official standard";

/** 致贫原因. The numbers 12–14 are not in the list read: its later texts 其他, 因婚, 因丧 carry no number there. */
export const registerCause: CodeList = {
  zh: '致贫原因',
  en: 'Cause of poverty',
  status: 'sourced',
  source: `text: notes to the register's form; numbers 01–11: ${PUBLIC_LIST}; number 99 for 其他: assumed`,
  entries: entries(`
    01 因病 | illness
    02 因残 | disability
    03 因学 | schooling
    04 因灾 | disaster
    05 缺土地 | lack of land
    06 缺水 | lack of water
    07 缺技术 | lack of skills
    08 缺劳动力 | lack of labour
    09 缺资金 | lack of funds
    10 交通条件落后 | poor transport
    11 自身发展动力不足 | lack of own drive
    99 其他 | other
  `),
};

/** 与户主关系, the register's own numbering, unlike GB/T 4761. */
export const registerRelation: CodeList = {
  zh: '与户主关系（建档立卡）',
  en: 'Relation to the household head (register)',
  status: 'sourced',
  source: PUBLIC_LIST,
  entries: entries(`
    01 本人或户主 | head
    02 配偶 | spouse
    03 之子 | son
    04 之女 | daughter
    05 之儿媳 | daughter-in-law
    06 之女婿 | son-in-law
    07 之孙子 | son's son
    08 之孙女 | son's daughter
    09 之外孙子 | daughter's son
    10 之外孙女 | daughter's daughter
    11 之父 | father
    12 之母 | mother
    13 之岳父 | wife's father
    14 之岳母 | wife's mother
    15 之公公 | husband's father
    16 之婆婆 | husband's mother
    17 之祖父 | paternal grandfather
    18 之祖母 | paternal grandmother
    19 之外祖父 | maternal grandfather
    20 之外祖母 | maternal grandmother
    99 其他 | other
  `),
};

/**
 * 民族, the register's own numbering by size. Only the values a source names are here: a guessed number would call one people by
 * another's name. An import in this list with another number is refused; use GB/T 3304 or the name instead.
 */
export const registerEthnicity: CodeList = {
  zh: '民族（建档立卡）',
  en: 'Ethnic group (register)',
  status: 'sourced',
  source: `${PUBLIC_LIST}; only 02, 03 and 07 were read, 01 follows from 'numbered by size'; the rest is unknown to us`,
  entries: entries(`
    01 汉族 | Han
    02 壮族 | Zhuang
    03 满族 | Man
    07 土家族 | Tujia
  `),
};

export const registerEducation: CodeList = {
  zh: '文化程度（建档立卡）',
  en: 'Education (register)',
  status: 'sourced',
  source: PUBLIC_LIST,
  entries: entries(`
    01 文盲或半文盲 | illiterate or semi-literate
    02 小学 | primary school
    03 初中 | junior secondary school
    04 高中 | senior secondary school
    05 大专及以上 | college or higher
    06 学龄前儿童 | below school age
  `),
};

export const registerSchooling: CodeList = {
  zh: '在校生状况',
  en: 'In school (register)',
  status: 'sourced',
  source: `${PUBLIC_LIST}; it prints 04–15 as ranges, the years within a range are spelled out here`,
  entries: entries(`
    01 非在校生 | not in school
    02 学前教育 | pre-school
    03 小学 | primary school
    04 七年级 | grade 7
    05 八年级 | grade 8
    06 九年级 | grade 9
    07 高中一年级 | senior secondary, year 1
    08 高中二年级 | senior secondary, year 2
    09 高中三年级 | senior secondary, year 3
    10 中职一年级 | secondary vocational, year 1
    11 中职二年级 | secondary vocational, year 2
    12 中职三年级 | secondary vocational, year 3
    13 高职一年级 | higher vocational, year 1
    14 高职二年级 | higher vocational, year 2
    15 高职三年级 | higher vocational, year 3
    16 大专及以上 | college or higher
  `),
};

export const registerHealth: CodeList = {
  zh: '健康状况',
  en: 'Health (register)',
  status: 'sourced',
  source: `${PUBLIC_LIST}; newer lists allow combinations`,
  entries: entries(`
    01 健康 | healthy
    02 长期慢性病 | long-term chronic illness
    03 大病 | serious illness
    04 残疾 | disabled
    05 死亡 | dead
  `),
};

export const registerWorkAbility: CodeList = {
  zh: '劳动技能',
  en: 'Ability to work (register)',
  status: 'sourced',
  source: `${PUBLIC_LIST}; 弱劳动力或半劳动力 of newer lists: number 05 assumed`,
  entries: entries(`
    01 普通劳动力 | ordinary labour
    02 技能劳动力 | skilled labour
    03 丧失劳动力 | lost the ability to work
    04 无劳动力 | unable to work
    05 弱劳动力或半劳动力 | weak or half labour
  `),
};

export const registerWorkplace: CodeList = {
  zh: '务工区域',
  en: 'Work place (register)',
  status: 'sourced',
  source: PUBLIC_LIST,
  entries: entries(`
    01 乡（镇）内 | within the township
    02 乡（镇）外县内 | within the county
    03 县外省内 | within the province
    04 省外 | outside the province
    05 其他 | other
  `),
};
