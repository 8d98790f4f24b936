import fc from 'fast-check';
import { scrub, scrubError, scrubPath } from './scrub.js';

describe('scrub', () => {
  it('takes out ID numbers, phones, tokens and database passwords', () => {
    expect(scrub('id 42282319800101123X, card 42282319800101123411, old 422823800101123')).toBe(
      'id [number], card [number], old [number]',
    );
    expect(scrub('call 13812345678 or +8613812345678')).toBe('call [number] or [number]');
    expect(scrub('Bearer eyJhbGciOi.eyJzdWIi.c2ln')).toBe('Bearer [token]');
    expect(scrub('postgres://fupin:secret@db:5432/x')).toBe('postgres://fupin:[secret]@db:5432/x');
  });

  it('leaves regions, UUIDs, dates and positions readable', () => {
    const text =
      'village 422823001001 household 0197a3c2-7c1e-7d5b-9c11-138123456789 at 2018-06-30T00:00:00Z position 184200';
    expect(scrub(text)).toBe(text);
  });

  it('finds an ID number wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[1-8]\d{16}[0-9X]$/),
        fc.constantFrom(' ', '(', '"', '=', '：', ''),
        (id, before) => {
          expect(scrub(`x${before || ' '}${id}`)).not.toContain(id);
        },
      ),
    );
  });
});

describe('scrubPath', () => {
  it('leaves out the query, numbers of persons and anything that could be a name', () => {
    expect(scrubPath('/v1/persons/42282319800101123X?name=x')).toBe('/v1/persons/[number]');
    expect(scrubPath('/v1/villages/422823001001/%E5%BC%A0%E4%B8%89')).toBe(
      '/v1/villages/422823001001/[text]',
    );
    expect(scrubPath('/v1/张三')).toBe('/v1/[text]');
  });
});

describe('scrubError', () => {
  it('keeps the message and code of a database error but not the values it quotes', () => {
    const error = Object.assign(new Error('invalid input syntax for type date: "张三"'), {
      code: '22007',
      detail: 'Key (name)=(张三)',
    });
    expect(scrubError(error)).toMatchObject({
      type: 'Error',
      message: 'invalid input syntax for type date: "…"',
      code: '22007',
    });
    expect(JSON.stringify(scrubError(error))).not.toContain('张三');
    expect(scrubError(new Error('outer', { cause: error }))).toMatchObject({ cause: { code: '22007' } });
    expect(scrubError('13812345678')).toEqual({ type: 'string', message: '[number]' });
  });
});
