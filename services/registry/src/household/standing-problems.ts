import { defineProblems } from '@fupin/service';

// Refusals about where a household stands in the register, with titles in both languages.
defineProblems({
  'procedure-open': {
    status: 409,
    title: 'Another procedure of the household is open',
    titleZh: '该户有未办结的程序',
  },
  'not-the-last-exit': {
    status: 409,
    title: "This is not the household's last exit",
    titleZh: '不是该户最近一次脱贫',
  },
  'policy-still-retained': {
    status: 409,
    title: 'The policies are promised for longer',
    titleZh: '政策保持期未满',
  },
  'policy-already-ended': { status: 409, title: 'The policies have ended', titleZh: '该户已不再享受政策' },
  'not-retained-longer': {
    status: 409,
    title: 'The policies are kept as long already',
    titleZh: '政策保持期未延长',
  },
  'document-known': {
    status: 409,
    title: 'A document of this id was filed before',
    titleZh: '该材料编号已归档',
  },
  'setting-missing': {
    status: 409,
    title: 'The installation has not set a figure that the rule set compares with',
    titleZh: '系统未设置规则所需的对照数据',
  },
  'income-not-above-municipal-line': {
    status: 409,
    title: "The income is not above the city's own line",
    titleZh: '收入未超过市级确定的扶贫标准',
  },
  'income-growth-not-above-city': {
    status: 409,
    title: "The income did not grow more than the city's",
    titleZh: '收入增幅未高于全市',
  },
});
