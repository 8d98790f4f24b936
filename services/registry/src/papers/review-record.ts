import type { DemocraticReviewHeld } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import type { ProcedureName } from '../household/decider/procedure.js';
import { PROCEDURE_NAME_ZH } from './labels.js';
import { dayZh, label, type Block, type Paper } from './paper.js';
import { NOT_SHOWN, type Shown } from './personal-data.js';
import type { VillageName } from './village-name.js';

/** A household that was reviewed, as the record shows it. */
export interface ReviewedHousehold {
  readonly householdNo: string | undefined;
  readonly head: Shown | undefined;
  readonly persons: number;
  readonly review: DemocraticReviewHeld;
}

/** What papers over a village's list share. */
export interface VillagePaper {
  readonly village: VillageName;
  readonly printedOn: BusinessDate;
  readonly state: string;
}

/** 民主评议记录: the households a meeting has voted on, with the votes and the lines to sign on. */
export function reviewRecord(
  { village, printedOn, state }: VillagePaper,
  of: { readonly procedure: ProcedureName; readonly heldOn: BusinessDate },
  households: readonly ReviewedHousehold[],
): Paper {
  const approved = households.filter(({ review }) => review.approved).length;
  const present = [...new Set(households.map(({ review }) => review.participants))];
  const blocks: Block[] = [
    {
      kind: 'table',
      widths: [2, 4, 2, 4],
      rows: [
        [label('评议事项'), PROCEDURE_NAME_ZH[of.procedure], label('评议日期'), dayZh(of.heldOn)],
        [
          label('到会人数'),
          present.length === 1 ? `${present[0]}人` : '见下表',
          label('评议户数'),
          `${households.length}户，其中通过${approved}户，未通过${households.length - approved}户`,
        ],
        [label('会议地点'), '', label('主持人'), ''],
      ],
    },
    { kind: 'heading', text: '评议结果' },
    {
      kind: 'table',
      widths: [32, 106, 150, 32, 34, 32, 32, 36, 45],
      head: ['序号', '户编号', '户主姓名', '人口', '到会', '同意', '反对', '弃权', '结果'],
      align: ['center', 'center', 'left', 'center', 'center', 'center', 'center', 'center', 'center'],
      rows: households.map(({ householdNo, head, persons, review }, index) => [
        String(index + 1),
        householdNo ?? NOT_SHOWN,
        head?.name ?? NOT_SHOWN,
        String(persons),
        String(review.participants),
        String(review.votesFor),
        String(review.votesAgainst),
        String(review.participants - review.votesFor - review.votesAgainst),
        review.approved ? '通过' : '未通过',
      ]),
    },
    { kind: 'text', text: '评议意见：' },
    { kind: 'table', widths: [1], rows: [['\n\n\n']] },
    {
      kind: 'signatures',
      rows: [
        ['主持人：', '记录人：', '监督人：'],
        ['村民代表：', '村民代表：', '村民代表：'],
        ['村民代表：', '村民代表：', '村民代表：'],
        [`${village.committee}（盖章）`, '　　　　年　　月　　日'],
      ],
    },
  ];
  return {
    title: `${PROCEDURE_NAME_ZH[of.procedure]}民主评议记录`,
    village: village.path,
    fileName: `民主评议记录-${village.code}-${of.heldOn}`,
    state,
    printedOn,
    blocks,
  };
}
