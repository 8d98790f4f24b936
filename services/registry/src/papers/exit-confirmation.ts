import { Guarantee, type IncomeSurveyed } from '@fupin/contracts';
import { formatYuan, type BusinessDate } from '@fupin/domain';
import type { Finding } from '../household/decider/state.js';
import { EVIDENCE_ZH, GUARANTEE_ZH, word } from './labels.js';
import { dayZh, label, type Block, type Paper } from './paper.js';
import { NOT_SHOWN, type Shown } from './personal-data.js';

/** What the exit of one household rests on, as it is put before the household to be signed. */
export interface ExitFacts {
  readonly village: { readonly path: string };
  readonly householdNo: string;
  readonly head: Shown | undefined;
  readonly persons: number;
  readonly householdKind: string;
  readonly registeredOn: BusinessDate;
  /** Undefined while the procedure is still open. */
  readonly exitedOn: BusinessDate | undefined;
  readonly dibaoContinues: boolean;
  readonly year: number;
  readonly income: IncomeSurveyed | undefined;
  readonly surveyedOn: BusinessDate | undefined;
  readonly povertyLineFen: bigint | undefined;
  /** The latest finding of each. */
  readonly findings: readonly Finding[];
  /** What the standard of the year still misses; empty when it is met. */
  readonly missing: readonly string[];
  readonly printedOn: BusinessDate;
  readonly state: string;
}

const GUARANTEES = [
  Guarantee.FOOD,
  Guarantee.CLOTHING,
  Guarantee.COMPULSORY_EDUCATION,
  Guarantee.BASIC_MEDICAL_CARE,
  Guarantee.SAFE_HOUSING,
  Guarantee.SAFE_WATER,
];

/** 脱贫确认表: income against the year's line, what the guarantees rest on, and who signs. */
export function exitConfirmation(facts: ExitFacts): Paper {
  const { head, income, povertyLineFen } = facts;
  const blocks: Block[] = [
    {
      kind: 'table',
      widths: [2, 4, 2, 4],
      rows: [
        [label('户主姓名'), head?.name ?? NOT_SHOWN, label('证件号码'), head?.maskedIdNumber ?? NOT_SHOWN],
        [label('户编号'), facts.householdNo, label('家庭人口'), `${facts.persons}人`],
        [label('户属性'), facts.householdKind, label('建档日期'), dayZh(facts.registeredOn)],
        [
          label('脱贫状态'),
          facts.exitedOn === undefined ? '拟脱贫（程序进行中）' : `已脱贫（${dayZh(facts.exitedOn)}公告）`,
          label('低保政策'),
          facts.dibaoContinues ? '脱贫后继续享受' : NOT_SHOWN,
        ],
      ],
    },
    { kind: 'heading', text: `一、${facts.year}年度家庭收入（单位：元）` },
    {
      kind: 'table',
      widths: [5, 2.4, 5, 2.4],
      align: ['left', 'right', 'left', 'right'],
      rows: [
        ['A17a 工资性收入', yuan(income?.wageFen), 'A17b 生产经营性收入', yuan(income?.businessFen)],
        ['A17c 转移性收入', yuan(income?.transferFen), 'A17d 财产性收入', yuan(income?.propertyFen)],
        ['A18 生产经营性支出', yuan(income?.businessCostFen), 'A19 家庭纯收入', yuan(income?.netIncomeFen)],
        [
          { text: 'A20 家庭人均纯收入', bold: true },
          { text: yuan(income?.perCapitaNetIncomeFen), bold: true },
          { text: `${facts.year}年扶贫标准（人均）`, bold: true },
          { text: yuan(povertyLineFen), bold: true },
        ],
        [
          '调查日期及佐证',
          {
            text: income
              ? `${dayZh(facts.surveyedOn)}，${word(EVIDENCE_ZH, income.evidence?.source)}，凭证编号${income.evidence?.documentId ?? ''}`
              : NOT_SHOWN,
            span: 3,
            align: 'left',
          },
        ],
      ],
    },
    { kind: 'heading', text: '二、“两不愁三保障”及饮水安全' },
    {
      kind: 'table',
      // One line a row, so that the signatures stay on the same page.
      widths: [3.3, 1.4, 2.2, 1.9, 2.2, 6.6],
      head: ['项目', '结果', '评估日期', '佐证来源', '佐证日期', '凭证编号'],
      align: ['left', 'center', 'center', 'center', 'center', 'left'],
      rows: GUARANTEES.map((guarantee) => {
        const finding = facts.findings.find((one) => one.guarantee === guarantee);
        return [
          word(GUARANTEE_ZH, guarantee),
          finding ? (finding.holds ? '达标' : '未达标') : '未评估',
          finding?.occurredOn ?? '',
          word(EVIDENCE_ZH, finding?.evidence?.source),
          finding?.evidence?.datedOn ?? '',
          finding?.evidence?.documentId ?? '',
        ];
      }),
    },
    { kind: 'text', text: '饮水安全为并列展示项目，是否作为退出条件以当地政策规则为准。' },
    { kind: 'heading', text: '三、核查结论' },
    {
      kind: 'table',
      widths: [1],
      rows: [
        [
          facts.missing.length === 0
            ? `经核查，该户${facts.year}年度家庭人均纯收入超过扶贫标准，“两不愁三保障”均已实现，达到脱贫标准。`
            : `尚未达到脱贫标准：${facts.missing.join('；')}。`,
        ],
      ],
    },
    {
      kind: 'text',
      text: '农户意见：本人已知悉上述收入和保障情况，内容属实。　□同意脱贫　　□不同意脱贫，理由：',
    },
    {
      kind: 'signatures',
      rows: [
        ['户主（签字、按手印）：', '　　　　年　　月　　日'],
        ['村“两委”负责人：', '　　　　年　　月　　日'],
        ['驻村工作队（第一书记）：', '　　　　年　　月　　日'],
        ['帮扶责任人：', '　　　　年　　月　　日'],
      ],
    },
  ];
  return {
    title: '贫困户脱贫确认表',
    village: facts.village.path,
    fileName: `脱贫确认表-${facts.householdNo}`,
    state: facts.state,
    printedOn: facts.printedOn,
    blocks,
  };
}

const yuan = (fen: bigint | undefined): string => (fen === undefined ? NOT_SHOWN : formatYuan(fen));
