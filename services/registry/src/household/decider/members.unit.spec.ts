import { create } from '@bufbuild/protobuf';
import {
  CodeSystem,
  HouseholdExtinguishedSchema,
  HouseholdKind,
  HouseholdKindChangedSchema,
  JoinReason,
  LeaveReason,
  MemberAddedSchema,
  MemberLeftSchema,
  MemberRelationSchema,
} from '@fupin/contracts';
import { given, recorded } from '@fupin/event-sourcing/testing';
import { fold } from '@fupin/event-sourcing/decider';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import { householdDecider } from './decider.js';
import { transferMember } from './joining.js';
import type { FileApplication, HouseholdCommand } from './commands.js';
import { lastHere, standsHere } from './membership.js';
import { NO_HOUSEHOLD, type KnownHousehold } from './state.js';

const registered = story.live(...story.identification('2016-01')).events;
const household = () => given(householdDecider, ...registered);
const stateOf = (events: typeof registered) => fold(householdDecider, recorded(events));
const codesOf = (decision: { accepted: boolean; reasons?: readonly { code: string }[] }) =>
  decision.accepted ? [] : decision.reasons?.map(({ code }) => code);

const accepted = (command: HouseholdCommand) => {
  const decision = householdDecider.decide(command, stateOf(registered));
  return decision.accepted ? [...decision.events] : [];
};

describe('自然增加', () => {
  it('REG-03 REG-04 a child is born: a member from that day on', () => {
    household()
      .when(change.birth('2016-05-10'))
      .then({
        event: {
          case: 'memberAdded',
          value: create(MemberAddedSchema, {
            member: change.born('baby', 2016),
            reason: JoinReason.BIRTH,
            parentPersonIds: ['head', 'spouse'],
          }),
        },
        occurredOn: '2016-05-10',
        ruleIds: ['REG-03', 'REG-04'],
      })
      .thenState((state) => {
        expect(state).toMatchObject({ status: 'stillPoor', file: { joinedOn: { baby: '2016-05-10' } } });
        expect(state).toHaveProperty('file.members.length', 4);
      });
  });

  it.each([
    [
      'birth before the parents',
      change.birth('2016-05-10', change.born('baby', 1969)),
      'birth-before-parents',
    ],
    [
      'birth in the parents’ own year',
      change.birth('2016-05-10', change.born('b', 1970)),
      'birth-before-parents',
    ],
    ['no parents', change.birth('2016-05-10', undefined, []), 'parents-missing'],
    ['three parents', change.birth('2016-05-10', undefined, ['head', 'spouse', 'child']), 'parents-missing'],
    ['a parent twice', change.birth('2016-05-10', undefined, ['head', 'head']), 'member-twice'],
    ['a parent of elsewhere', change.birth('2016-05-10', undefined, ['stranger']), 'not-a-member'],
    [
      'the day after the birth',
      change.birth('2016-05-11', undefined, ['head'], '2016-05-10'),
      'birth-date-differs',
    ],
    [
      'the day before the birth',
      change.birth('2016-05-09', undefined, ['head'], '2016-05-10'),
      'birth-date-differs',
    ],
    ['a second head', change.joins('2016-05-10', change.born('bride', 1992, '01')), 'one-head-needed'],
    ['somebody who is a member', change.joins('2016-05-10', change.born('child', 1992)), 'member-twice'],
    ['before being born', change.joins('2016-05-10', undefined, undefined, '2016-05-11'), 'before-birth'],
    ['before the file', change.joins('2015-12-31'), 'before-file-opened'],
    [
      'parents of a bride',
      { ...change.joins('2016-05-10'), parentPersonIds: ['head'] },
      'parents-not-needed',
    ],
    ['a return of nobody', change.comesBack('2016-05-10', 'stranger'), 'never-a-member'],
  ])('refuses %s', (_name, command, code) => {
    household().when(command).thenRefused({ code });
  });

  it('takes a child born the year after the parents', () => {
    household()
      .when(change.birth('2016-05-10', change.born('baby', 1971)))
      .thenState(() => undefined);
  });

  it('REG-04 somebody comes back on the day of leaving at the earliest, with the id of then', () => {
    const prison = household().when(change.leaves('2016-03-01', 'child', LeaveReason.PRISON));
    prison.when(change.comesBack('2016-02-29', 'child')).thenRefused({ code: 'before-departure' });
    prison.when(change.comesBack('2016-03-01', 'child', '03')).thenState((state) => {
      expect(state).toHaveProperty('file.joinedOn.child', '2016-03-01');
      expect(state).toHaveProperty('file.members.2', { ...story.member('child', '03') });
    });
    prison.when(change.comesBack('2016-03-02', 'child', '01')).thenRefused({ code: 'one-head-needed' });
    prison
      .when(change.comesBack('2016-03-02', 'child'))
      .when(change.comesBack('2016-03-03', 'child'))
      .thenRefused({ code: 'member-twice' });
  });

  it('refuses a dead person who comes back', () => {
    household()
      .when(change.leaves('2016-03-01', 'child'))
      .when(change.comesBack('2016-04-01', 'child'))
      .thenRefused({ code: 'person-died', field: 'personId' });
  });

  it('REG-03 goes on in every status and within a procedure, but not in a household that has ended', () => {
    const exited = story.live(
      ...story.identification('2016-01'),
      ...story.ready('2016-02'),
      ...story.exit('2016-02'),
    );
    given(householdDecider, ...exited.events)
      .when(change.birth('2016-05-10'))
      .thenState(() => undefined);
    given(householdDecider, ...story.live(story.apply('2016-01-01')).events)
      .when(change.birth('2016-05-10'))
      .thenState((state) => expect(state.status).toBe('applicant'));
    given(householdDecider).when(change.birth('2016-05-10')).thenRefused({ code: 'wrong-status' });
    household()
      .when(change.leaves('2016-03-01', 'child'))
      .when(change.leaves('2016-03-02', 'spouse'))
      .when(change.leaves('2016-03-03', 'head'))
      .when(change.birth('2016-05-10'))
      .thenRefused({ code: 'wrong-status' });
  });
});

describe('自然减少', () => {
  it.each([
    ['死亡', LeaveReason.DEATH],
    ['嫁出', LeaveReason.MARRIAGE],
    ['判刑收监', LeaveReason.PRISON],
    ['出国定居', LeaveReason.EMIGRATION],
    ['其他', LeaveReason.OTHER],
  ])('REG-03 REG-04 a member leaves by %s', (_name, reason) => {
    household()
      .when(change.leaves('2016-03-01', 'child', reason))
      .thenState((state) => {
        expect(state).toMatchObject({
          status: 'stillPoor',
          file: { departures: [{ personId: 'child', on: '2016-03-01', reason }] },
        });
        expect(state).toHaveProperty('file.members.length', 2);
      });
  });

  it('gives the household a new head with the old one’s departure', () => {
    household()
      .when(change.leaves('2016-03-01', 'head'))
      .thenRefused({ code: 'one-head-needed', field: 'relations' });
    const heirs = { spouse: '01', child: '03' };
    household()
      .when(change.leaves('2016-03-01', 'head', LeaveReason.DEATH, heirs))
      .thenState((state) => {
        expect(state).toHaveProperty('file.members', [
          story.member('spouse', '01'),
          story.member('child', '03'),
        ]);
      });
    for (const [remaining, code] of [
      [{ spouse: '01' }, 'relations-incomplete'],
      [{ ...heirs, stranger: '99' }, 'relations-incomplete'],
      [{ ...heirs, head: '99' }, 'relations-incomplete'],
      [{ spouse: '01', child: '01' }, 'one-head-needed'],
      [{ spouse: '02', child: '03' }, 'one-head-needed'],
    ] as const) {
      household()
        .when(change.leaves('2016-03-01', 'head', undefined, remaining))
        .thenRefused({ code });
    }
    household()
      .when(change.leaves('2016-03-01', 'child', undefined, { head: '02', spouse: '01' }))
      .thenRefused({ code: 'relations-not-needed' });
    // 户主 is 02 in GB/T 4761, where the register's 02 is the spouse.
    const national = change.leaves('2016-03-01', 'head', undefined, { child: '03' });
    const spouse = create(MemberRelationSchema, {
      personId: 'spouse',
      relation: story.code(CodeSystem.GBT_4761, '02'),
    });
    household()
      .when({ ...national, relations: [spouse, ...national.relations] })
      .thenState((state) => expect(state).toHaveProperty('file.members.length', 2));
    const twice = change.leaves('2016-03-01', 'head', undefined, heirs);
    household()
      .when({ ...twice, relations: [...twice.relations, ...change.relations({ child: '03' })] })
      .thenRefused({ code: 'member-twice' });
  });

  it('REG-03 closes the household with its last member: neither an exit nor a removal', () => {
    household()
      .when(change.leaves('2016-04-01', 'child'))
      .when(change.leaves('2016-03-01', 'spouse'))
      .when({ ...change.leaves('2016-03-15', 'head', LeaveReason.EMIGRATION), today: '2016-04-02' })
      .then(
        {
          event: {
            case: 'memberLeft',
            value: create(MemberLeftSchema, { personId: 'head', reason: LeaveReason.EMIGRATION }),
          },
          occurredOn: '2016-03-15',
        },
        // The child's death was recorded before and happened later: the household ended with it.
        {
          event: { case: 'householdExtinguished', value: create(HouseholdExtinguishedSchema, {}) },
          occurredOn: '2016-04-01',
        },
      )
      .thenState((state) => {
        expect(state).toMatchObject({
          status: 'extinguished',
          extinguishedOn: '2016-04-01',
          householdNo: '422823101201-00001',
        });
      });
  });

  it('does not close a household before its last step', () => {
    const applied = story.live(story.apply('2016-01-01'), story.review('2016-02-01', 'identification'));
    given(householdDecider, ...applied.events)
      .when(change.leaves('2016-01-05', 'child'))
      .when(change.leaves('2016-01-06', 'spouse'))
      .when(change.leaves('2016-01-31', 'head'))
      .thenRefused({ code: 'before-last-status' });
    given(householdDecider, ...applied.events)
      .when(change.leaves('2016-01-05', 'child'))
      .when(change.leaves('2016-01-06', 'spouse'))
      .when(change.leaves('2016-02-01', 'head'))
      .thenState((state) => expect(state).toMatchObject({ status: 'extinguished', householdNo: undefined }));
  });

  it.each([
    ['nobody', change.leaves('2016-03-01', 'stranger'), 'not-a-member'],
    ['before the file', change.leaves('2015-12-31', 'child'), 'before-file-opened'],
    ['tomorrow', { ...change.leaves('2016-03-02', 'child'), today: '2016-03-01' }, 'date-in-future'],
    ['death before birth', change.leaves('2016-03-01', 'late'), 'death-before-birth'],
  ])('refuses %s', (_name, command, code) => {
    // A member whose year of birth was written down wrongly.
    const late = change.joins('2016-02-01', change.born('late', 2017), JoinReason.OTHER, '1992-05-01');
    household().when(late).when(command).thenRefused({ code });
  });

  it('refuses leaving before having joined, and takes the day itself', () => {
    const joined = household().when(change.joins('2016-05-10'));
    joined
      .when(change.leaves('2016-05-09', 'bride'))
      .thenRefused({ code: 'before-joining', field: 'occurredOn' });
    joined.when(change.leaves('2016-05-10', 'bride', LeaveReason.OTHER)).thenState(() => undefined);
    household()
      .when(change.birth('2016-05-10'))
      .when(change.leaves('2016-05-09', 'baby'))
      .thenRefused({ code: 'before-joining' });
  });

  it('refuses leaving twice', () => {
    household()
      .when(change.leaves('2016-03-01', 'child'))
      .when(change.leaves('2016-03-02', 'child'))
      .thenRefused({ code: 'not-a-member', message: 'This person left the household on 2016-03-01' });
  });
});

describe('嫁入、转入: from another household of the register', () => {
  const here = stateOf(registered);
  const there = stateOf(change.others(...story.identification('2016-01')));

  it('REG-03 leaves there and joins here on the same day', () => {
    const decision = transferMember(change.transfers('2016-05-01', 'other-child'), here, there);
    expect(decision).toMatchObject({
      accepted: true,
      events: [
        [
          {
            occurredOn: '2016-05-01',
            event: {
              case: 'memberAdded',
              value: {
                fromHouseholdId: 'there',
                member: { personId: 'other-child', relation: { code: '06' } },
              },
            },
          },
        ],
        [
          {
            occurredOn: '2016-05-01',
            event: {
              case: 'memberLeft',
              value: { toHouseholdId: 'here', personId: 'other-child', reason: LeaveReason.MARRIAGE },
            },
          },
        ],
      ],
    });
  });

  it('closes the household whose last member goes over', () => {
    const alone = ['other-child', 'other-spouse'].reduce((state, personId) => {
      const decision = householdDecider.decide(change.leaves('2016-02-01', personId), state);
      if (!decision.accepted) throw new Error('refused');
      return fold(householdDecider, recorded(decision.events), state);
    }, there);
    expect(transferMember(change.transfers('2016-05-01', 'other-head'), here, alone)).toMatchObject({
      accepted: true,
      events: [[{}], [{ event: { case: 'memberLeft' } }, { event: { case: 'householdExtinguished' } }]],
    });
  });

  it.each([
    [
      'a household of another province',
      change.transfers('2016-05-01', 'other-child', {}, change.HUNAN),
      ['other-province'],
    ],
    ['somebody who is not there', change.transfers('2016-05-01', 'stranger'), ['not-a-member']],
    [
      'a birth',
      change.transfers('2016-05-01', 'other-child', { reason: JoinReason.BIRTH }),
      ['join-reason-not-allowed'],
    ],
    [
      'a return',
      change.transfers('2016-05-01', 'other-child', { reason: JoinReason.RETURN }),
      ['join-reason-not-allowed'],
    ],
    [
      'a second head',
      change.transfers('2016-05-01', 'other-child', { relation: change.relation('01') }),
      ['one-head-needed'],
    ],
    [
      'a head without heirs',
      change.transfers('2016-05-01', 'other-head'),
      ['relations-incomplete', 'one-head-needed'],
    ],
    [
      'a day before both files',
      change.transfers('2015-12-31', 'other-child'),
      ['before-file-opened', 'before-joining'],
    ],
  ])('refuses %s', (_name, command, codes) => {
    expect(codesOf(transferMember(command, here, there))).toEqual(codes);
  });

  const exited = stateOf(
    change.others(...story.identification('2016-01'), ...story.ready('2016-02'), ...story.exit('2016-02')),
  );
  const applicant = stateOf(change.others(story.apply('2016-01-01')));
  const moves = (reason: JoinReason) => change.transfers('2016-05-01', 'other-child', { reason });

  it.each([
    ['a poor household', 'an exited one', here, exited],
    ['an exited household', 'a poor one', exited, here],
    ['an applicant', 'a poor one', applicant, here],
    ['a poor household', 'an applicant', here, applicant],
  ])('REG-20 takes nobody from %s to %s otherwise than by marriage', (_from, _to, left, joined) => {
    const personId = left === here ? 'child' : 'other-child';
    const command = (reason: JoinReason) => change.transfers('2016-05-01', personId, { reason });
    expect(transferMember(command(JoinReason.OTHER), joined, left)).toMatchObject({
      accepted: false,
      reasons: [{ code: 'standing-differs', ruleId: 'REG-20', field: 'fromHouseholdId' }],
    });
    expect(transferMember(command(JoinReason.MARRIAGE), joined, left).accepted).toBe(true);
  });

  it('REG-20 takes somebody over between households that stand alike', () => {
    expect(transferMember(moves(JoinReason.OTHER), here, there).accepted).toBe(true);
    const out = stateOf(
      story.live(...story.identification('2016-01'), ...story.ready('2016-02'), ...story.exit('2016-02'))
        .events,
    );
    expect(transferMember(moves(JoinReason.OTHER), out, exited).accepted).toBe(true);
  });

  it('refuses households that are not there, or no longer', () => {
    const command = change.transfers('2016-05-01', 'other-child');
    expect(codesOf(transferMember(command, NO_HOUSEHOLD, there))).toEqual(['wrong-status']);
    expect(transferMember(command, here, NO_HOUSEHOLD)).toMatchObject({
      reasons: [{ code: 'wrong-status', field: 'fromHouseholdId' }],
    });
  });
});

describe('one person in one household on every date', () => {
  const left = (member: number) => [{ member, leftOn: '2016-09-01' }];
  const still = [{ member: 0, leftOn: undefined }];

  it.each(['2016-08-31', '2016-09-01'])(
    'REG-03 joins by number on %s, not before the last departure',
    (day) => {
      const decision = householdDecider.decide(
        { ...change.joins(day), elsewhere: left(0) },
        stateOf(registered),
      );
      expect(codesOf(decision)).toEqual(day < '2016-09-01' ? ['before-departure'] : []);
    },
  );

  it('REG-04 comes back on the day of having left another household at the earliest', () => {
    const away = household().when(change.leaves('2016-03-01', 'child', LeaveReason.OTHER));
    away
      .when({ ...change.comesBack('2016-08-31', 'child'), elsewhere: left(0) })
      .thenRefused({ code: 'before-departure', field: 'occurredOn' });
    const back = change.comesBack('2016-09-01', 'child');
    away
      .when({ ...back, elsewhere: still })
      .thenRefused({ code: 'person-already-registered', field: 'personId' });
    away.when({ ...back, elsewhere: left(0) }).thenState((state) => {
      expect(state).toMatchObject({ file: { joinedOn: { child: '2016-09-01' } } });
    });
  });

  it.each(['2016-08-31', '2016-09-01'])(
    'applies on %s, not before a member left another household',
    (day) => {
      const command = { ...story.apply(day), elsewhere: left(1) } as FileApplication;
      expect(codesOf(householdDecider.decide(command, NO_HOUSEHOLD))).toEqual(
        day < '2016-09-01' ? ['before-departure'] : [],
      );
      expect(householdDecider.decide({ ...command, elsewhere: still }, NO_HOUSEHOLD)).toMatchObject({
        reasons: [{ code: 'person-already-registered', field: 'members[0].idNumber' }],
      });
    },
  );

  it('says where somebody stands in a file: a member, gone since, dead, unknown', () => {
    const { file } = stateOf([
      ...story.live(...story.identification('2016-01')).events,
      ...accepted(change.leaves('2016-03-01', 'child', LeaveReason.OTHER)),
      ...accepted(change.leaves('2016-04-01', 'spouse')),
    ]) as KnownHousehold;
    expect(['head', 'child', 'spouse', 'stranger'].map((id) => standsHere(file, id))).toEqual([
      { leftOn: undefined },
      { leftOn: '2016-03-01' },
      undefined,
      undefined,
    ]);
    expect(lastHere(file, ['stranger', 'child', 'spouse'])).toBe('spouse');
    expect(lastHere(file, ['child', 'head'])).toBe('head');
    expect(lastHere(file, ['stranger'])).toBeUndefined();
  });
});

describe('成员情况变更、户属性变更', () => {
  it('changes what is named from its date on, and leaves the rest', () => {
    household()
      .when(change.changes('2016-03-01', 'child', { dibao: true, monthsWorked: 8 }))
      .thenState((state) => {
        expect(state).toHaveProperty('file.members.2', {
          ...story.member('child', '04'),
          dibao: true,
          monthsWorked: 8,
        });
      });
  });

  it.each([
    ['nothing', change.changes('2016-03-01', 'child', { dibao: false }), 'nothing-changed'],
    [
      'a second head',
      change.changes('2016-03-01', 'child', { relation: change.relation('01') }),
      'one-head-needed',
    ],
    ['no head', change.changes('2016-03-01', 'head', { relation: change.relation('99') }), 'one-head-needed'],
    ['nobody', change.changes('2016-03-01', 'stranger', { dibao: true }), 'not-a-member'],
  ])('refuses %s', (_name, command, code) => {
    household().when(command).thenRefused({ code });
  });

  it('refuses a change of somebody who has left, and one before joining', () => {
    household()
      .when(change.leaves('2016-03-01', 'child'))
      .when(change.changes('2016-03-02', 'child', { dibao: true }))
      .thenRefused({ code: 'not-a-member' });
    household()
      .when(change.joins('2016-05-10'))
      .when(change.changes('2016-05-09', 'bride', { dibao: true }))
      .thenRefused({ code: 'before-joining' });
  });

  it('REG-35 adds a household to dibao and takes it off again', () => {
    household()
      .when(change.kind('2016-03-01'))
      .then({
        event: {
          case: 'householdKindChanged',
          value: create(HouseholdKindChangedSchema, { householdKind: HouseholdKind.DIBAO }),
        },
        occurredOn: '2016-03-01',
        ruleIds: ['REG-35'],
      })
      .when(change.kind('2016-06-01', HouseholdKind.ORDINARY))
      .thenState((state) => expect(state).toHaveProperty('file.householdKind', HouseholdKind.ORDINARY));
    household()
      .when(change.kind('2016-03-01', HouseholdKind.ORDINARY))
      .thenRefused({ code: 'nothing-changed', ruleId: 'REG-35' });
    given(householdDecider).when(change.kind('2016-03-01')).thenRefused({ code: 'wrong-status' });
  });
});
