import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIG = '.dependency-cruiser.mjs';
const FIXTURES = 'tools/fixtures/violations';

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly to: string; readonly rule: { readonly name: string } }[] };
}

function cruise(root: string, folders: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Cruise> {
  return new Promise((resolve, reject) => {
    execFile(
      'depcruise',
      ['-c', CONFIG, '-T', 'json', ...folders],
      { cwd: root, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        // depcruise exits with the number of violations; the report is on standard output all the same.
        if (stdout === '') reject(new Error(stderr || String(error)));
        else resolve(JSON.parse(stdout) as Cruise);
      },
    );
  });
}

/**
 * Checks the import boundaries of the tree, and that each rule really catches something: the fixture tree breaks every
 * rule once, so a rule that finds nothing there guards nothing.
 */
export async function checkBoundaries(root: string): Promise<{ passed: number; failed: number; output: string }> {
  const rules = [...readFileSync(join(root, CONFIG), 'utf8').matchAll(/name: '([^']+)'/g)].map((match) => match[1] ?? '');
  const [tree, fixtures] = await Promise.all([
    cruise(root, ['libs', 'services', 'tools/src', 'tests']),
    cruise(root, [FIXTURES], { FUPIN_FIXTURES: '1' }),
  ]);
  const caught = new Set(fixtures.summary.violations.map((violation) => violation.rule.name));
  const blind = rules.filter((rule) => !caught.has(rule)).map((rule) => `rule ${rule} does not catch its fixture in ${FIXTURES}`);
  const broken = tree.summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`);
  const problems = [...blind, ...broken];
  return { passed: rules.length + 1 - Math.min(problems.length, rules.length + 1), failed: problems.length, output: problems.join('\n') };
}
