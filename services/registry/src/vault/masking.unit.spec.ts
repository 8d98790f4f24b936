import { Caller, type Role } from '@fupin/service';
import fc from 'fast-check';
import { maskedNumber, seesNames } from './masking.js';

const VILLAGE = '422823101201';
const caller = (role: Role, region: string) => new Caller('someone', role, region, new Set());

describe('who sees names without asking for each', () => {
  it.each<[Role, string, boolean]>([
    ['villageCadre', VILLAGE, true],
    ['villageCadre', '422823101202', true],
    ['villageCadre', '422823102201', false],
    ['township', '422823101', true],
    ['township', '422823102', false],
    ['township', '422823', false],
    ['county', '422823101', false],
    ['county', '422823', false],
    ['sectorBureau', '422823101', false],
    ['auditor', VILLAGE, false],
    ['service', '42', false],
  ])('%s of %s: %s', (role, region, sees) => {
    expect(seesNames(caller(role, region), VILLAGE)).toBe(sees);
  });
});

describe('a masked number', () => {
  it('hides the day of birth, and of a disability card kind and grade', () => {
    expect(maskedNumber('422823197003070021')).toBe('422823********0021');
    expect(maskedNumber('42282319700307002143')).toBe('422823********0021**');
  });

  it('keeps its length and nothing of the eight digits in the middle', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{16}[0-9X]([1-7][1-4])?$/), (number) => {
        const masked = maskedNumber(number);
        expect(masked).toHaveLength(number.length);
        expect(masked.slice(6, 14)).toBe('********');
      }),
    );
  });
});
