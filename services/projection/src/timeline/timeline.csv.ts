import type { CsvColumn } from '../http/csv.js';
import type { TimelineEvent } from './timeline.dto.js';

const lastCorrection = (event: TimelineEvent) => event.corrections?.find(({ counts }) => counts);
/** The last correction that puts something in the event's place: one that strikes it out puts nothing there. */
const rightOf = (event: TimelineEvent) => {
  const last = lastCorrection(event);
  return last?.annulled ? undefined : last;
};

export const TIMELINE_COLUMNS: readonly CsvColumn<TimelineEvent>[] = [
  { header: '事件 event', of: (e) => e.id },
  { header: '类别 type', of: (e) => `${e.typeZh} ${e.typeEn}` },
  { header: '业务日期 occurred on', of: (e) => e.occurredOn },
  { header: '录入时间 recorded at', of: (e) => e.recordedAt },
  { header: '区划代码 region', of: (e) => e.region },
  { header: '角色 role', of: (e) => e.actorRole },
  { header: '依据 rules', of: (e) => e.ruleIds.join(' ') },
  { header: '内容 data', of: (e) => JSON.stringify(e.data) },
  { header: '更正对象 corrects', of: (e) => e.corrects },
  { header: '被更正 corrected by', of: (e) => lastCorrection(e)?.eventId },
  { header: '更正后日期 right date', of: (e) => rightOf(e)?.occurredOn },
  {
    header: '更正后内容 right data',
    of: (e) => {
      const right = rightOf(e);
      return right && JSON.stringify(right.data);
    },
  },
  { header: '误录作废 annulled', of: (e) => (lastCorrection(e)?.annulled ? '作废 annulled' : undefined) },
  { header: '被回退 voided by', of: (e) => e.voidedBy },
];
