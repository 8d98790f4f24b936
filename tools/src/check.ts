/**
 * `npm test`: every check that CI runs, in order, each with its time; the last line is `N passed, N failed`.
 * A failed check does not stop the others. `npm test -- lint unit` runs only the named ones; `-- --help` lists them.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkBoundaries } from './boundaries.js';
import { checkBreaking } from './breaking.js';
import { checkDeployment } from './deployment/check.js';

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
}

interface Check {
  readonly name: string;
  readonly what: string;
  readonly run: () => Promise<Outcome>;
}

const root = join(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'fupin-check-'));

/** Runs one program to its end; its output is kept and shown only when it fails. */
function command(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve(code === 0 ? { passed: 1, failed: 0, output } : { passed: 0, failed: 1, output }),
    );
  });
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
}

/** Runs jest projects and counts their tests. A suite that could not start counts as failed, and so does an empty run. */
async function jest(...projects: string[]): Promise<Outcome> {
  const report = join(scratch, `${projects.join('-')}.json`);
  const outcome = await command(
    'jest',
    [
      '--selectProjects',
      ...projects,
      '--json',
      `--outputFile=${report}`,
      '--silent',
      ...(process.env['CI'] ? ['--ci'] : []),
    ],
    { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  );
  // `--json` also prints the whole report on standard output, which says nothing to a reader.
  const output = outcome.output
    .split('\n')
    .filter((line) => !line.startsWith('{"'))
    .join('\n');
  let counted: JestReport;
  try {
    counted = JSON.parse(readFileSync(report, 'utf8')) as JestReport;
  } catch {
    return { passed: 0, failed: 1, output };
  }
  const broken = counted.numFailedTests + counted.numRuntimeErrorTestSuites;
  const failed = broken > 0 ? broken : outcome.failed === 1 || counted.numPassedTests === 0 ? 1 : 0;
  const skipped = counted.numPendingTests > 0 ? `${counted.numPendingTests} skipped\n` : '';
  return { passed: counted.numPassedTests, failed, output: skipped + output };
}

const CHECKS: readonly Check[] = [
  {
    name: 'contracts',
    what: 'buf lint, code generation',
    run: () => command('nx', ['run', '@fupin/contracts:generate', '--output-style=static']),
  },
  {
    name: 'breaking',
    what: 'the event contracts are compatible with the published v1',
    run: () => checkBreaking(root),
  },
  {
    name: 'build',
    what: 'every library and service builds',
    run: () => command('nx', ['run-many', '-t', 'build', '--output-style=static']),
  },
  { name: 'types', what: 'TypeScript, strict', run: () => command('tsc', ['-p', 'tsconfig.json']) },
  {
    name: 'lint',
    what: 'eslint',
    run: () => command('eslint', ['.', '--max-warnings=0', '--cache', '--cache-location=.nx/eslint']),
  },
  {
    name: 'format',
    what: 'prettier',
    run: () =>
      command('prettier', ['--check', '.', '--log-level=warn', '--cache', '--cache-location=.nx/prettier']),
  },
  {
    name: 'boundaries',
    what: 'who may import whom, each rule proved by a fixture that violates it',
    run: () => checkBoundaries(root),
  },
  {
    name: 'docs',
    what: 'generated documents are up to date',
    run: () =>
      command('node', [
        '-C',
        '@fupin/source',
        '--import',
        '@swc-node/register/esm-register',
        'tools/src/event-catalogue.ts',
        '--check',
      ]),
  },
  {
    name: 'deployment',
    what: 'k8s/ against the schemas of Kubernetes, no service forgotten there or in docker-compose.yml',
    run: async () => checkDeployment(root),
  },
  { name: 'unit', what: 'unit tests', run: () => jest('unit') },
  {
    name: 'servers',
    what: 'tests over real PostgreSQL and Kafka, and whole journeys',
    run: () => jest('int', 'e2e'),
  },
];

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  if (wanted.includes('--help')) {
    console.log('npm test [-- CHECK …]\n');
    for (const check of CHECKS) console.log(`  ${check.name.padEnd(12)}${check.what}`);
    return;
  }
  const unknown = wanted.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0)
    throw new Error(`No such check: ${unknown.join(', ')}. npm test -- --help lists them.`);
  let passed = 0;
  let failed = 0;
  for (const check of CHECKS) {
    if (wanted.length > 0 && !wanted.includes(check.name)) continue;
    const started = Date.now();
    const outcome = await check.run();
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    passed += outcome.passed;
    failed += outcome.failed;
    console.log(
      `${outcome.failed === 0 ? 'ok    ' : 'FAILED'} ${check.name.padEnd(12)} ${String(outcome.passed).padStart(5)} passed ${String(outcome.failed).padStart(3)} failed ${seconds.padStart(7)} s`,
    );
    if (outcome.failed > 0) console.log(outcome.output.trimEnd().replace(/^/gm, '    '));
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
