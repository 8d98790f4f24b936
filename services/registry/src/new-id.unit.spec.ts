import { validate, version } from 'uuid';
import { newId } from './new-id.js';

describe('newId', () => {
  it('gives UUIDs of version 7 that carry the time, each once, over many draws of random bytes', () => {
    const before = Date.now();
    const ids = Array.from({ length: 5000 }, newId);
    const after = Date.now();
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids) {
      expect(validate(id)).toBe(true);
      expect(version(id)).toBe(7);
      const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(after);
    }
  });

  it('uses all four variants and every digit at random places', () => {
    const ids = Array.from({ length: 4000 }, newId);
    expect(new Set(ids.map((id) => id[19])).size).toBe(4);
    for (const place of [15, 16, 17, 20, 21, 22, 24, 35])
      expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  });
});
