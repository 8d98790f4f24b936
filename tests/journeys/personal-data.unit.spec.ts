import { findPersonalData } from './personal-data.js';

const secrets = { names: ['向春梅'], numbers: ['422823197003070023'], phones: ['13971234567'] };

describe('the search for personal data', () => {
  it.each([
    ['a known name', '{"head":"向春梅"}'],
    ['a known ID number', '{"msg":"person 422823197003070023 refused"}'],
    ['an ID number of somebody else', 'x 42282319650312001X y'],
    ['a mobile phone of somebody else', 'tel 13800138000,'],
  ])('finds %s', (_, text) => {
    expect(findPersonalData('log', text, secrets)).toHaveLength(1);
  });

  it('finds a name inside Protobuf bytes', () => {
    const bytes = Buffer.concat([
      Buffer.from([0x0a, 0x09]),
      Buffer.from('向春梅'),
      Buffer.from([0xff, 0x01]),
    ]);
    expect(findPersonalData('kafka', bytes, secrets)).toEqual([{ where: 'kafka', what: '向春梅' }]);
  });

  it('passes village codes, register numbers, ids and times', () => {
    const text =
      '422823101201 422823101201-00017 0190d3a8-7c1e-7aa0-b1c5-3f9b2f1d4e5a 1542850000000 2016-11-20';
    expect(findPersonalData('log', text, secrets)).toEqual([]);
  });
});
