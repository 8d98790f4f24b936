import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const glossary = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');

describe('docs/glossary.md', () => {
  it('has every message and enum of the contracts', () => {
    const names = readdirSync(join(ROOT, 'proto'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.proto'))
      .flatMap((file) => [
        ...readFileSync(join(ROOT, 'proto', file), 'utf8').matchAll(/^(?:message|enum) (\w+)/gm),
      ])
      .map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !glossary.includes(`\`${name}\``))).toEqual([]);
  });

  it('numbers its 60 core terms', () => {
    const numbers = [...glossary.matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
  });

  it('gives one name to one Chinese term', () => {
    const rows = glossary.split('\n').filter((line) => /^\| \d+ \|/.test(line));
    const terms = rows.map((line) => line.split('|')[2]?.trim());
    expect(new Set(terms).size).toBe(terms.length);
  });
});
