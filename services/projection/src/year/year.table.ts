import type { YearEvent } from '@fupin/contracts';
import { YEAR_TOPIC, YearEventSchema } from '@fupin/contracts';
import { decodeEvent } from '@fupin/event-sourcing';
import type { Projection } from '@fupin/event-sourcing';
import { bulkUpsert } from '../sql/upsert.js';

type YearFact = Exclude<YearEvent['event'], { case: undefined }>;

/** 年度封库: a year of a region that stands as it was known at the end of `known_on`; the event is `<stream_id>:<version>`. */
export const yearSql = `
CREATE TABLE year_closing (
  region text COLLATE "C" NOT NULL,
  year integer NOT NULL,
  known_on date NOT NULL,
  recorded_at timestamptz NOT NULL,
  stream_id uuid NOT NULL,
  version integer NOT NULL,
  PRIMARY KEY (region, year)
);
`;

interface Closing {
  readonly region: string;
  readonly year: number;
  readonly knownOn: string;
  readonly recordedAt: Date;
  readonly streamId: string;
  readonly version: number;
}

const saveClosings = bulkUpsert<Closing>({
  table: 'year_closing',
  key: ['region', 'year'],
  columns: [
    { name: 'region', type: 'text', of: (c) => c.region },
    { name: 'year', type: 'integer', of: (c) => c.year },
    { name: 'known_on', type: 'date', of: (c) => c.knownOn },
    { name: 'recorded_at', type: 'timestamptz', of: (c) => c.recordedAt.toISOString() },
    { name: 'stream_id', type: 'uuid', of: (c) => c.streamId },
    { name: 'version', type: 'integer', of: (c) => c.version },
  ],
  // What was published stays published: only the first closing counts.
  onConflict: 'keep',
});

/** The closings of years, from a topic of their own. */
export const yearProjection: Projection<YearFact> = {
  topic: YEAR_TOPIC,
  decode: (payload) => decodeEvent(YearEventSchema, payload),
  apply: (tx, batch) =>
    saveClosings(
      tx,
      batch.map(({ region, event, recordedAt, streamId, version }) => ({
        region,
        year: event.value.year,
        knownOn: event.value.knownOn,
        recordedAt,
        streamId,
        version,
      })),
    ),
};
