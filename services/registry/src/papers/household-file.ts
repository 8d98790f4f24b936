import type { LivingConditionsRecorded, Member } from '@fupin/contracts';
import { formatYuan, type BusinessDate } from '@fupin/domain';
import type { EventCase } from '../household/decider/basis.js';
import type { Dossier, Entry } from './dossier.js';
import { causesZh, versionOf, wordsOf, type Who } from './event-words.js';
import {
  codeZh,
  DOCUMENT_ZH,
  ENTRY_KIND_ZH,
  EVIDENCE_ZH,
  FUEL_ZH,
  GUARANTEE_ZH,
  HOUSEHOLD_KIND_ZH,
  LEAVE_ZH,
  SEX_ZH,
  STATUS_ZH,
  STRUCTURE_ZH,
  word,
  yesNo,
} from './labels.js';
import { dayZh, label, type Block, type Paper, type Table } from './paper.js';
import { NOT_SHOWN, type Shown } from './personal-data.js';

/** What a household's file is made of. */
export interface FileFacts {
  readonly village: { readonly path: string };
  readonly dossier: Dossier;
  /** Everybody who is or was a member, as far as the file shows them. */
  readonly persons: ReadonlyMap<string, Shown>;
  readonly printedOn: BusinessDate;
  readonly state: string;
}

/** 一户一档: everything the register knows of a household, corrections shown as such. */
export function householdFile(facts: FileFacts): Paper {
  const { dossier, persons } = facts;
  const { state } = dossier;
  const who: Who = (personId) => persons.get(personId)?.name ?? NOT_SHOWN;
  const no = 'householdNo' in state ? state.householdNo : undefined;
  const sections: readonly (readonly [heading: string, ...tables: Block[]])[] = [
    ['基本信息', basics(facts)],
    ['家庭成员', members(facts)],
    ['曾在本户的人员', departures(facts, who)],
    ['致贫原因', { kind: 'text', text: causesZh(state.file.causes) || '未登记' }],
    ['收入调查（单位：元）', incomes(dossier)],
    ['“两不愁三保障”及饮水安全', guarantees(dossier)],
    ['居住条件', living(dossier)],
    ['程序和变动记录', history(dossier, who)],
    ['归档材料', documents(dossier)],
  ];
  return {
    title: '建档立卡贫困户档案（一户一档）',
    village: facts.village.path,
    fileName: `一户一档-${no ?? dossier.householdId}`,
    landscape: true,
    state: facts.state,
    printedOn: facts.printedOn,
    blocks: [
      ...sections.flatMap(([heading, ...blocks], index): Block[] => [
        { kind: 'heading', text: `${NUMERALS[index]}、${heading}` },
        ...blocks,
      ]),
      {
        kind: 'signatures',
        rows: [['户主（签字）：', '村级信息员：', '乡镇审核人：', '　　　　年　　月　　日']],
      },
    ],
  };
}

const NUMERALS = [...'一二三四五六七八九十'];

function basics({ dossier, persons }: FileFacts): Table {
  const { state } = dossier;
  const { file } = state;
  const head = [...file.members].find(({ personId }) => persons.get(personId)?.group !== undefined);
  return {
    kind: 'table',
    widths: [2, 4, 2, 4, 2, 4],
    rows: [
      [
        label('户编号'),
        ('householdNo' in state ? state.householdNo : undefined) ?? NOT_SHOWN,
        label('状态'),
        STATUS_ZH[state.status],
        label('户属性'),
        word(HOUSEHOLD_KIND_ZH, file.householdKind),
      ],
      [
        label('识别类型'),
        word(ENTRY_KIND_ZH, file.entryKind),
        label('建档日期'),
        'registeredOn' in state ? dayZh(state.registeredOn) : NOT_SHOWN,
        label('家庭人口'),
        `${file.members.length}人`,
      ],
      [
        label('脱贫日期'),
        state.status === 'exited' ? dayZh(state.exitedOn) : NOT_SHOWN,
        label('返贫日期'),
        ('returnedOn' in state && dayZh(state.returnedOn)) || NOT_SHOWN,
        label('村民小组'),
        (head && persons.get(head.personId)?.group) || NOT_SHOWN,
      ],
      [
        label('政策享受'),
        { text: policies(dossier), span: 3 },
        label('待核疑点'),
        file.openFindings.length > 0 ? `${file.openFindings.length}项` : '无',
      ],
    ],
  };
}

function policies({ state }: Dossier): string {
  if (state.status !== 'exited') return NOT_SHOWN;
  const { policyEndedOn, policiesRetainedUntil, dibaoContinues } = state;
  if (policyEndedOn !== undefined) return `${dayZh(policyEndedOn)}起不享受`;
  return `至少享受至${dayZh(policiesRetainedUntil)}${dibaoContinues ? '，低保继续' : ''}`;
}

function members({ dossier, persons }: FileFacts): Table {
  const { file } = dossier.state;
  return {
    kind: 'table',
    widths: [26, 76, 104, 56, 22, 38, 42, 46, 46, 56, 56, 30, 24, 24, 24, 82],
    head: [
      '序号',
      '姓名',
      '证件号码',
      '与户主关系',
      '性别',
      '出生年',
      '民族',
      '文化程度',
      '在校情况',
      '健康状况',
      '劳动能力',
      '务工月数',
      '低保',
      '医保',
      '养老',
      '加入日期',
    ],
    align: ['center', 'left', 'center', 'center', 'center', 'center', ...Array<'center'>(10).fill('center')],
    rows: file.members.map((member: Member, index) => [
      String(index + 1),
      persons.get(member.personId)?.name ?? NOT_SHOWN,
      persons.get(member.personId)?.maskedIdNumber ?? NOT_SHOWN,
      codeZh(member.relation),
      word(SEX_ZH, member.sex),
      String(member.birthYear),
      codeZh(member.ethnicity),
      codeZh(member.education),
      codeZh(member.schooling),
      codeZh(member.health),
      codeZh(member.workAbility),
      String(member.monthsWorked),
      yesNo(member.dibao),
      yesNo(member.medicalInsurance),
      yesNo(member.pension),
      dayZh(file.joinedOn[member.personId]) || '建档时',
    ]),
  };
}

function departures({ dossier, persons }: FileFacts, who: Who): Block {
  const { departures } = dossier.state.file;
  if (departures.length === 0) return none();
  return {
    kind: 'table',
    widths: [1, 4, 5, 3, 3],
    head: ['序号', '姓名', '证件号码', '离开日期', '原因'],
    align: ['center', 'left', 'center', 'center', 'center'],
    rows: departures.map(({ personId, on, reason }, index) => [
      String(index + 1),
      who(personId),
      persons.get(personId)?.maskedIdNumber ?? NOT_SHOWN,
      dayZh(on),
      reason === undefined ? '分户' : word(LEAVE_ZH, reason),
    ]),
  };
}

function incomes(dossier: Dossier): Block {
  const surveys = asTheyCount(dossier, 'incomeSurveyed');
  if (surveys.length === 0) return none();
  return {
    kind: 'table',
    widths: [1.6, 2.8, 2.2, 2.2, 2.2, 2.2, 2.2, 2.5, 1.2, 2.5, 3.9],
    head: [
      '年度',
      '调查日期',
      '工资性',
      '生产经营性',
      '转移性',
      '财产性',
      '经营支出',
      '纯收入A19',
      '人口',
      '人均A20',
      '佐证',
    ],
    align: [
      'center',
      'center',
      'right',
      'right',
      'right',
      'right',
      'right',
      'right',
      'center',
      'right',
      'center',
    ],
    rows: surveys.map(({ entry, on, value }) => [
      String(value.year),
      dayZh(on),
      formatYuan(value.wageFen),
      formatYuan(value.businessFen),
      formatYuan(value.transferFen),
      formatYuan(value.propertyFen),
      formatYuan(value.businessCostFen),
      formatYuan(value.netIncomeFen),
      String(value.persons),
      formatYuan(value.perCapitaNetIncomeFen),
      `${word(EVIDENCE_ZH, value.evidence?.source)}${isCorrected(entry) ? '（已更正）' : ''}`,
    ]),
  };
}

function guarantees({ state }: Dossier): Block {
  const { findings } = state.file;
  if (findings.length === 0) return none();
  return {
    kind: 'table',
    widths: [4, 3, 2, 3, 3, 7],
    head: ['项目', '评估日期', '结果', '佐证来源', '佐证日期', '凭证编号'],
    align: ['left', 'center', 'center', 'center', 'center', 'left'],
    rows: findings.map(({ guarantee, holds, occurredOn, evidence }) => [
      word(GUARANTEE_ZH, guarantee),
      dayZh(occurredOn),
      holds ? '达标' : '未达标',
      word(EVIDENCE_ZH, evidence?.source),
      dayZh(evidence?.datedOn),
      evidence?.documentId ?? '',
    ]),
  };
}

function living(dossier: Dossier): Block {
  const recorded = asTheyCount(dossier, 'livingConditionsRecorded');
  if (recorded.length === 0) return none();
  return {
    kind: 'table',
    widths: [3, 2.4, 2.4, 1.8, 1.4, 1.6, 1.8, 4, 2.4],
    head: ['登记日期', '住房面积', '结构', '建成年', '通电', '自来水', '易地搬迁', '燃料', '距集市'],
    align: Array<'center'>(9).fill('center'),
    rows: recorded.map(({ on, value }) => [dayZh(on), ...housing(value)]),
  };
}

function housing(value: LivingConditionsRecorded): string[] {
  const { housingAreaHundredthM2: area, builtYear, distanceToMarketM: distance } = value;
  return [
    area === 0 ? '无房' : `${(area / 100).toFixed(2)}㎡`,
    word(STRUCTURE_ZH, value.structure) || NOT_SHOWN,
    builtYear === 0 ? NOT_SHOWN : String(builtYear),
    yesNo(value.electricity),
    yesNo(value.tapWater),
    yesNo(value.relocation),
    value.fuels.map((fuel) => word(FUEL_ZH, fuel)).join('、') || NOT_SHOWN,
    distance === undefined ? NOT_SHOWN : `${distance}米`,
  ];
}

/** The events as they were recorded, in their order; those that were put right say by which correction. */
function history({ entries }: Dossier, who: Who): Table {
  const corrections = new Map<number, number[]>();
  for (const { event, version } of entries) {
    if (event.case !== 'eventCorrected') continue;
    const corrected = versionOf(event.value.correctedEventId);
    corrections.set(corrected, [...(corrections.get(corrected) ?? []), version]);
  }
  return {
    kind: 'table',
    widths: [1, 2.7, 2.7, 2.2, 7, 3.9, 5],
    head: ['项次', '业务日期', '登记日期', '事项', '内容', '依据', '备注'],
    align: ['center', 'center', 'center', 'center', 'left', 'left', 'left'],
    rows: entries.map((entry) => {
      const { title, particulars } = wordsOf(entry.event, who);
      const by = corrections.get(entry.version);
      return [
        String(entry.version),
        dayZh(entry.occurredOn),
        dayZh(entry.recordedOn),
        title,
        particulars,
        entry.ruleIds.join('、'),
        [by && remark(entry, by, who), entry.history && '历史补录', entry.backdated && '逾期登记']
          .filter(Boolean)
          .join('；'),
      ];
    }),
  };
}

/** By which corrections an entry was put right, and what counts in its place; one struck out counts for nothing. */
function remark({ counts }: Entry, by: readonly number[], who: Who): string {
  const items = `第${by.join('、')}项`;
  if (!counts) return `误录，已由${items}作废`;
  const { particulars } = wordsOf(counts.event, who);
  return `原登记内容，已由${items}更正：${dayZh(counts.occurredOn)}${particulars ? `，${particulars}` : ''}`;
}

function documents({ entries }: Dossier): Block {
  const filed = entries.flatMap(({ event, recordedOn }) =>
    event.case === 'documentFiled' ? [{ value: event.value, recordedOn }] : [],
  );
  if (filed.length === 0) return none();
  return {
    kind: 'table',
    widths: [1, 2.6, 2.6, 2.6, 2.2, 2.2, 6],
    head: ['序号', '材料', '材料日期', '归档日期', '格式', '大小（字节）', '校验值（SHA-256）'],
    align: ['center', 'left', 'center', 'center', 'center', 'right', 'left'],
    rows: filed.map(({ value, recordedOn }, index) => [
      String(index + 1),
      word(DOCUMENT_ZH, value.kind),
      dayZh(value.datedOn),
      dayZh(recordedOn),
      value.mediaType,
      String(value.sizeBytes),
      Buffer.from(value.sha256).toString('hex'),
    ]),
  };
}

/** Events of one kind as they count now, on the days they count for. */
function asTheyCount<C extends EventCase>({ entries }: Dossier, wanted: C) {
  type Value = Extract<Entry['event'], { case: C }>['value'];
  return entries.flatMap((entry) => {
    const { counts } = entry;
    if (counts?.event.case !== wanted) return [];
    return [{ entry, on: counts.occurredOn, value: counts.event.value as Value }];
  });
}

const isCorrected = ({ event, counts }: Entry): boolean => event !== counts?.event;
const none = (): Block => ({ kind: 'text', text: '无' });
