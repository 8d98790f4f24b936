import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeLinks } from './postgres-binaries.js';

describe('the links of the PostgreSQL libraries', () => {
  it('are made where npm left them out, and only there', () => {
    const root = mkdtempSync(join(tmpdir(), 'links-'));
    try {
      mkdirSync(join(root, 'native/lib/deep'), { recursive: true });
      writeFileSync(join(root, 'native/lib/libpq.so.5.18'), 'library');
      const links = [
        { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
        { source: 'native/lib/libpq.so.5.18', target: 'native/lib/deep/libpq.so.5' },
      ];
      writeFileSync(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
      makeLinks(root);
      makeLinks(root);
      for (const { target } of links) {
        expect(lstatSync(join(root, target)).isSymbolicLink()).toBe(true);
        expect(readFileSync(join(root, target), 'utf8')).toBe('library');
      }
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
