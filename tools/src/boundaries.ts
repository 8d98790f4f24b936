import { ESLint, type Linter } from 'eslint';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const CONFIG = '.dependency-cruiser.mjs';
const FIXTURES = 'tools/fixtures/violations';

interface Cruise {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

function cruise(root: string, folders: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Cruise> {
  return new Promise((resolve, reject) => {
    execFile(
      'depcruise',
      ['-c', CONFIG, '-T', 'json', ...folders],
      { cwd: root, env: { ...process.env, ...env }, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        // depcruise exits with the number of violations; the report is on standard output all the same.
        if (stdout === '') reject(new Error(stderr || error?.message));
        else resolve(JSON.parse(stdout) as Cruise);
      },
    );
  });
}

/** The purity rules that eslint reports for the fixture's decider, which reads the clock and the dice. */
async function impurities(root: string): Promise<string[]> {
  const { purity } = (await import(pathToFileURL(join(root, 'eslint.purity.mjs')).href)) as {
    purity: Linter.Config;
  };
  const eslint = new ESLint({ cwd: root, overrideConfigFile: true, overrideConfig: [purity], ignore: false });
  const results = await eslint.lintFiles([`${FIXTURES}/services/alpha/src/thing/decider.ts`]);
  return results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId ?? ''));
}

/**
 * Checks the import boundaries of the tree, and that each rule really catches something: the fixture tree breaks every
 * rule once, so a rule that finds nothing there guards nothing.
 */
export async function checkBoundaries(
  root: string,
): Promise<{ passed: number; failed: number; output: string }> {
  const rules = [...readFileSync(join(root, CONFIG), 'utf8').matchAll(/name: '([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  const [tree, fixtures] = await Promise.all([
    cruise(root, ['libs', 'services', 'tools/src', 'tests']),
    cruise(root, [FIXTURES], { FUPIN_FIXTURES: '1' }),
  ]);
  const impure = await impurities(root);
  const caught = new Set(fixtures.summary.violations.map((violation) => violation.rule.name));
  const blind = rules
    .filter((rule) => !caught.has(rule))
    .map((rule) => `rule ${rule} does not catch its fixture in ${FIXTURES}`);
  const broken = tree.summary.violations.map(
    (violation) => `${violation.rule.name}: ${violation.from} → ${violation.to}`,
  );
  const unseen = ['no-restricted-globals', 'no-restricted-properties'].filter(
    (rule) => !impure.includes(rule),
  );
  const problems = [
    ...blind,
    ...broken,
    ...unseen.map((rule) => `eslint rule ${rule} does not catch the impure decider in ${FIXTURES}`),
  ];
  const checks = rules.length + 3;
  return {
    passed: checks - Math.min(problems.length, checks),
    failed: problems.length,
    output: problems.join('\n'),
  };
}
