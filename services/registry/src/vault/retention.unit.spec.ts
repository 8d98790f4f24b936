import { EventCorrectedSchema, LeaveReason, MemberAddedSchema, MemberLeftSchema } from '@fupin/contracts';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { addDays, isBusinessDate } from '@fupin/domain';
import type { NewEvent } from '@fupin/event-sourcing/decider';
import * as story from '../../test/household-story.js';
import type { Event } from '../household/decider/basis.js';
import { leftRegisterOn, retainedUntil } from './retention.js';

const registered = story.live(...story.identification('2016-01')).events;
const then = (occurredOn: string, event: Event): NewEvent<Event> => ({ event, occurredOn });
const left = (occurredOn: string, personId: string) =>
  then(occurredOn, {
    case: 'memberLeft',
    value: create(MemberLeftSchema, { personId, reason: LeaveReason.DEATH }),
  });

describe('the day on which a person left the register', () => {
  it('is none for a member of a registered or exited household', () => {
    expect(leftRegisterOn(story.stateOf(registered), 'child')).toBeUndefined();
    const exited = story.live(
      ...story.identification('2016-01'),
      ...story.ready('2016-11'),
      ...story.exit('2016-11'),
    );
    expect(exited.state.status).toBe('exited');
    expect(leftRegisterOn(exited.state, 'child')).toBeUndefined();
  });

  it('is that of the departure for who died or left, and none again after a return', () => {
    expect(leftRegisterOn(story.stateOf([...registered, left('2016-05-20', 'child')]), 'child')).toBe(
      '2016-05-20',
    );
    expect(
      leftRegisterOn(story.stateOf([...registered, left('2016-05-20', 'child')]), 'head'),
    ).toBeUndefined();
  });

  it('is that of the joining for who was entered by mistake and struck out', () => {
    const joined = then('2016-05-20', {
      case: 'memberAdded',
      value: create(MemberAddedSchema, { member: story.member('bride', '06') }),
    });
    const struck = then('2016-06-01', {
      case: 'eventCorrected',
      value: create(EventCorrectedSchema, {
        correctedEventId: `stream:${registered.length + 1}`,
        annulled: true,
      }),
    });
    expect(leftRegisterOn(story.stateOf([...registered, joined]), 'bride')).toBeUndefined();
    expect(leftRegisterOn(story.stateOf([...registered, joined, struck]), 'bride')).toBe('2016-05-20');
  });

  it('is that of the household’s end for its last members', () => {
    const turnedDown = story.live(story.apply('2016-01-01'), story.review('2016-01-02', 'identification', 1));
    expect(leftRegisterOn(turnedDown.state, 'head')).toBe('2016-01-02');
  });

  it('is none for somebody who was never there', () => {
    expect(leftRegisterOn({ status: 'none' }, 'child')).toBeUndefined();
    expect(leftRegisterOn(story.stateOf(registered), 'stranger')).toBeUndefined();
  });
});

describe('the retention period', () => {
  it.each([
    ['2016-05-20', 30, '2046-05-20'],
    ['2016-02-29', 30, '2046-02-28'],
    ['2016-02-29', 4, '2020-02-29'],
    ['2016-12-31', 10, '2026-12-31'],
    ['2016-05-20', 0, '2016-05-20'],
  ])('from %s for %s years ends on %s', (leftOn, years, until) => {
    expect(retainedUntil(leftOn, years)).toBe(until);
  });

  it('ends on a day of the calendar, the day before at least so many years are over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 60 }), (days, years) => {
        const leftOn = addDays('2014-01-01', days);
        const until = retainedUntil(leftOn, years);
        expect(isBusinessDate(until)).toBe(true);
        expect(Number(until.slice(0, 4)) - Number(leftOn.slice(0, 4))).toBe(years);
        expect(until.slice(5) <= leftOn.slice(5)).toBe(true);
      }),
    );
  });
});
