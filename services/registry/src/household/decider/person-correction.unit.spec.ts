import { CorrectionReason, PersonField, Sex } from '@fupin/contracts';
import { given } from '@fupin/event-sourcing/testing';
import * as change from '../../../test/change-story.js';
import * as story from '../../../test/household-story.js';
import type { CorrectPerson } from './commands.js';
import { householdDecider } from './decider.js';

const registered = given(householdDecider, ...story.live(...story.identification('2016-01')).events);
const correct = (rest: Partial<CorrectPerson> = {}): CorrectPerson => ({
  type: 'correctPerson',
  ...story.on('2016-03-01'),
  personId: 'spouse',
  fields: [PersonField.NAME],
  reason: CorrectionReason.TYPING_ERROR,
  ...rest,
});

describe('correction of who a person is', () => {
  it('REG-05 says which fields and why, and leaves year of birth and sex as they are', () => {
    registered
      .when(correct({ fields: [PersonField.NAME, PersonField.PHONE, PersonField.NAME] }))
      .thenState((state) =>
        expect(state).toMatchObject({
          file: { members: [{}, { personId: 'spouse', birthYear: 1970, sex: Sex.FEMALE }, {}] },
        }),
      );
    const decision = householdDecider.decide(correct(), story.live(...story.identification('2016-01')).state);
    expect(decision.accepted && decision.events).toMatchObject([
      {
        event: {
          case: 'personCorrected',
          value: { personId: 'spouse', fields: [PersonField.NAME], birthYear: 1970, sex: Sex.FEMALE },
        },
        ruleIds: ['REG-05'],
      },
    ]);
  });

  it('takes year of birth and sex from a right ID number', () => {
    const number = { birthDate: '1968-02-14', sex: Sex.MALE };
    registered
      .when(correct({ fields: [PersonField.ID_NUMBER], number }))
      .thenState((state) =>
        expect(state).toMatchObject({ file: { members: [{}, { birthYear: 1968, sex: Sex.MALE }, {}] } }),
      );
  });

  it('keeps a child younger than the parents its birth named, whichever of them is put right', () => {
    const family = registered.when(change.birth('2016-02-10'));
    const born = (personId: string, birthDate: string) =>
      correct({ personId, fields: [PersonField.ID_NUMBER], number: { birthDate, sex: Sex.FEMALE } });
    family.when(born('spouse', '2015-12-31')).thenState(() => undefined);
    family.when(born('spouse', '2016-01-01')).thenRefused({ code: 'birth-before-parents' });
    family.when(born('baby', '1970-12-31')).thenRefused({ code: 'birth-before-parents' });
    family.when(born('baby', '1971-01-01')).thenState(() => undefined);
  });

  it('takes a birth on the business date and none after it', () => {
    const born = (birthDate: string) =>
      correct({ fields: [PersonField.ID_NUMBER], number: { birthDate, sex: Sex.FEMALE } });
    registered.when(born('2016-03-01')).thenState(() => undefined);
    registered.when(born('2016-03-02')).thenRefused({ code: 'birth-after-fact', field: 'idNumber' });
  });

  it('puts the address right with the head only', () => {
    const fields = [PersonField.ADDRESS];
    registered.when(correct({ personId: 'head', fields })).thenState(() => undefined);
    registered.when(correct({ fields })).thenRefused({ code: 'address-is-the-heads', field: 'address' });
  });

  it('refuses a stranger, no field, no household, and a date that cannot stand', () => {
    registered.when(correct({ personId: 'stranger' })).thenRefused({ code: 'not-a-member' });
    registered.when(correct({ fields: [] })).thenRefused({ code: 'nothing-to-correct' });
    given(householdDecider).when(correct()).thenRefused({ code: 'wrong-status' });
    registered
      .when(correct(story.on('2016-03-02', { today: '2016-03-01' })))
      .thenRefused({ code: 'date-in-future' });
    registered.when(correct(story.on('2015-12-31'))).thenRefused({ code: 'before-file-opened' });
  });
});
