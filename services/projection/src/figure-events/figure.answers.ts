import { repairOf } from '@fupin/contracts';
import type { BusinessDate } from '@fupin/domain';
import { shanghaiDate } from '@fupin/domain';
import type { CsvColumn } from '../http/csv.js';
import { nameOf, pathNameOf } from '../http/region-access.js';
import { EVENT_LABELS } from '../labels.js';
import type { FigureEvent } from './figure.dto.js';
import type { HouseholdAt } from './places.js';

/** An event of a household as lists show it; `on` is the day by which it counts, as known on `knownAt`. */
export function figureEvent(
  { village, householdId, events }: HouseholdAt,
  version: number,
  on: BusinessDate,
  knownAt?: BusinessDate,
): FigureEvent {
  const event = events.find((e) => e.version === version);
  if (!event) throw new Error(`There is no event ${householdId}:${version}`);
  const id = `${householdId}:${version}`;
  const correction = events.findLast(
    (e) =>
      e.event.case === 'eventCorrected' &&
      repairOf(e.event.value)?.eventId === id &&
      (knownAt === undefined || shanghaiDate(e.recordedAt) <= knownAt),
  );
  const name = event.event.case;
  return {
    eventId: id,
    householdId,
    type: name.charAt(0).toUpperCase() + name.slice(1),
    typeZh: EVENT_LABELS[name].zh,
    typeEn: EVENT_LABELS[name].en,
    occurredOn: on,
    recordedAt: event.recordedAt.toISOString(),
    ...(correction && { correctedBy: `${householdId}:${correction.version}` }),
    village,
    villageName: nameOf(village),
  };
}

export const EVENT_COLUMNS: readonly CsvColumn<FigureEvent>[] = [
  { header: '事件 event', of: (e) => e.eventId },
  { header: '类别 type', of: (e) => `${e.typeZh} ${e.typeEn}` },
  { header: '业务日期 occurred on', of: (e) => e.occurredOn },
  { header: '录入时间 recorded at', of: (e) => e.recordedAt },
  { header: '更正 corrected by', of: (e) => e.correctedBy },
  { header: '村代码 village', of: (e) => e.village },
  { header: '村 village name', of: (e) => pathNameOf(e.village) },
];
