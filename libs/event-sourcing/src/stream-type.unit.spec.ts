import { create, toBinary } from '@bufbuild/protobuf';
import { ActorRole, EnvelopeSchema, HouseholdEventSchema, Origin } from '@fupin/contracts';
import { added, COUNTER, ENVELOPE } from '../test/counter.js';
import { UnknownEvent } from './stream-type.js';

const recordedAt = new Date('2018-07-01T08:00:00.123Z');

describe('protobufStream', () => {
  it('encodes an event with its envelope and gives it back', () => {
    const newEvent = { ...added(), backdated: true };
    const { type, payload } = COUNTER.encode(newEvent, { ...ENVELOPE, causationId: 'x:1' }, 7, recordedAt);
    expect(type).toBe('ExitPlanned');
    const { event, envelope } = COUNTER.decode(payload);
    expect(event).toEqual(newEvent.event);
    expect(envelope).toMatchObject({
      streamVersion: 7,
      recordedAt: { seconds: 1530432000n, nanos: 123_000_000 },
      occurredOn: '2018-06-30',
      actorRole: ActorRole.TOWNSHIP,
      correlationId: 'c-1',
      causationId: 'x:1',
      region: '422823102201',
      ruleSetVersion: 'hubei-2018',
      ruleIds: ['REG-09'],
      origin: Origin.LIVE,
      backdated: true,
    });
  });

  it('writes the bytes that any other producer would', () => {
    const { payload } = COUNTER.encode(added(), ENVELOPE, 1, recordedAt);
    const message = create(HouseholdEventSchema, {
      envelope: COUNTER.decode(payload).envelope,
      event: added().event,
    });
    expect(Buffer.from(payload)).toEqual(Buffer.from(toBinary(HouseholdEventSchema, message)));
  });

  it('stops at an event that it does not know, instead of leaving it out', () => {
    const envelope = toBinary(EnvelopeSchema, create(EnvelopeSchema, { streamVersion: 1 }));
    const unknownCase = Buffer.from([0xfa, 0x3f, 0]); // field 1023
    const payload = Buffer.concat([Buffer.from([10, envelope.length]), envelope, unknownCase]);
    expect(() => COUNTER.decode(payload)).toThrow(UnknownEvent);
    expect(() => COUNTER.decode(Buffer.from([255]))).toThrow();
  });
});
