import { DocumentKind } from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import * as story from '../../../test/household-story.js';
import type { FileDocument, HouseholdCommand } from './commands.js';
import { householdDecider } from './decider.js';

const filing = (rest: Partial<FileDocument> = {}): HouseholdCommand => ({
  type: 'fileDocument',
  ...story.on('2016-02-01'),
  documentId: 'paper-9',
  kind: DocumentKind.HOUSE_PHOTO,
  sha256: new Uint8Array(32).fill(7),
  mediaType: 'image/jpeg',
  sizeBytes: 1n,
  datedOn: '2016-02-01',
  ...rest,
});
const registered = given(householdDecider, ...story.live(...story.identification('2016-01')).events);

describe('papers of a household (材料归档)', () => {
  it('are filed for whoever has a file, with what they are and their checksum', () => {
    for (const past of [[story.apply('2016-01-01')], story.identification('2016-01')]) {
      const { events, state } = story.live(...past, filing());
      expect(events.at(-1)?.event).toMatchObject({
        case: 'documentFiled',
        value: {
          documentId: 'paper-9',
          kind: DocumentKind.HOUSE_PHOTO,
          mediaType: 'image/jpeg',
          sizeBytes: 1n,
        },
      });
      expect(state).toMatchObject({ file: { documents: ['paper-9'] } });
    }
    given(householdDecider).when(filing()).thenRefused({ code: 'wrong-status' });
  });

  it('carry an id that is used once', () => {
    registered.when(filing()).when(filing()).thenRefused({ code: 'document-known', field: 'documentId' });
    registered
      .when(filing())
      .when(filing({ documentId: 'paper-10' }))
      .thenState((s) => expect(s).toMatchObject({ file: { documents: ['paper-9', 'paper-10'] } }));
  });

  it('are not dated after the day they are filed, nor filed before the household’s file begins', () => {
    registered
      .when(filing({ datedOn: '2016-02-02' }))
      .thenRefused({ code: 'paper-later-than-fact', field: 'datedOn' });
    registered.when(filing({ occurredOn: '2015-12-31', datedOn: '2015-12-31' })).thenRefused({
      code: 'before-file-opened',
    });
    registered.when(filing({ datedOn: '2010-01-01' })).thenState((s) => expect(s.status).toBe('stillPoor'));
  });

  it('change no date of the procedures', () => {
    const { state } = story.live(...story.identification('2016-01'), filing({ ...story.on('2016-12-01') }));
    expect(state).toMatchObject({ file: { lastStatusOn: '2016-01-22' } });
  });
});
