import { defineProblems, Problem } from '@fupin/service';

defineProblems({
  'person-erased': { status: 410, title: 'The person was erased', titleZh: '该人员信息已依规销毁' },
  'person-in-register': { status: 409, title: 'The person is in the register', titleZh: '该人员仍在册' },
  'retention-period-running': {
    status: 409,
    title: "The archive's retention period has not ended",
    titleZh: '档案保管期限未满',
  },
});

/** 404: also for a person outside the caller's region, who is not told from one who is not there. */
export const unknownPerson = () =>
  new Problem('not-found', { detail: 'There is no such person in your region', detailZh: '本辖区没有此人' });

/** 410: who this was is known nowhere any more. */
export const erasedPerson = () =>
  new Problem('person-erased', {
    detail: 'Who this person was has been erased after the retention period of the archive',
    detailZh: '档案保管期满后，该人员的身份信息已销毁',
  });
