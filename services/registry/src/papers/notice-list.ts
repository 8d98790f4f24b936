import type { PovertyCauses, RemovalReason } from '@fupin/contracts';
import { addDays, type BusinessDate } from '@fupin/domain';
import type { ProcedureName } from '../household/decider/procedure.js';
import { codeZh, PROCEDURE_NAME_ZH, REMOVAL_ZH, word } from './labels.js';
import { dayZh, type Paper, type Table } from './paper.js';
import { NOT_SHOWN, type Shown } from './personal-data.js';
import type { VillagePaper } from './review-record.js';

/** A household on a posted list. */
export interface NoticedHousehold {
  readonly head: Shown | undefined;
  readonly persons: number;
  readonly causes: PovertyCauses | undefined;
  readonly removalReason: RemovalReason | undefined;
  readonly days: number;
}

/** What the list says of each household beside who it is: a cause where one enters, a result where one leaves. */
const LAST_COLUMN: Readonly<
  Record<ProcedureName, { readonly head: string; readonly of: (household: NoticedHousehold) => string }>
> = {
  identification: { head: '主要致贫原因', of: ({ causes }) => codeZh(causes?.main) },
  return: { head: '主要返贫原因', of: ({ causes }) => codeZh(causes?.main) },
  exit: { head: '公示结果', of: () => '拟脱贫退出' },
  removal: { head: '清退原因', of: ({ removalReason }) => word(REMOVAL_ZH, removalReason) },
};

/** 公示名单: what hangs on the wall, with the days it hangs and where to object. */
export function noticeList(
  { village, printedOn, state }: VillagePaper,
  of: {
    readonly procedure: ProcedureName;
    readonly level: 'village' | 'township';
    readonly postedOn: BusinessDate;
  },
  households: readonly NoticedHousehold[],
): Paper {
  const last = LAST_COLUMN[of.procedure];
  const days = [...new Set(households.map((household) => household.days))];
  const differ = days.length > 1;
  const persons = households.reduce((sum, household) => sum + household.persons, 0);
  // The day of posting does not count: the first of the days is the one after it.
  const period = differ
    ? '自次日起，各户公示截止日期见下表'
    : `公示期${days[0]}天，自${dayZh(addDays(of.postedOn, 1))}起至${dayZh(addDays(of.postedOn, days[0] ?? 0))}止`;
  const table: Table = {
    kind: 'table',
    widths: [1, 3.6, 2.2, 1.3, 3.4, ...(differ ? [2.4] : [])],
    head: ['序号', '户主姓名', '村民小组', '人口', last.head, ...(differ ? ['公示截止'] : [])],
    align: ['center', 'left', 'center', 'center', 'left', 'center'],
    rows: households.map((household, index) => [
      String(index + 1),
      household.head?.name ?? NOT_SHOWN,
      household.head?.group || NOT_SHOWN,
      String(household.persons),
      last.of(household),
      ...(differ ? [dayZh(addDays(of.postedOn, household.days))] : []),
    ]),
  };
  const poster = of.level === 'village' ? village.committee : village.township;
  return {
    title: `${PROCEDURE_NAME_ZH[of.procedure]}${of.level === 'village' ? '村级' : '乡镇'}公示名单`,
    village: village.path,
    fileName: `公示名单-${village.code}-${of.postedOn}`,
    state,
    printedOn,
    blocks: [
      {
        kind: 'text',
        text: `　　现将${village.name}${PROCEDURE_NAME_ZH[of.procedure]}名单（共${households.length}户${persons}人）予以公示，接受群众监督。${dayZh(of.postedOn)}张榜，${period}。`,
      },
      table,
      {
        kind: 'text',
        text: `　　公示期内如有异议，请以口头或书面形式向${village.committee}、驻村工作队或${village.township}反映。异议处理完毕前，不进入下一程序。`,
      },
      { kind: 'signatures', rows: [['受理人：', '联系电话：']] },
      { kind: 'text', text: `${poster}（盖章）`, align: 'right' },
      { kind: 'text', text: dayZh(of.postedOn), align: 'right' },
    ],
  };
}
