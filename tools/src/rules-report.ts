import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { groupOf, openReasons, RULES } from '@fupin/policy';

import { classify, type RuleReport, type RuleState } from './rules/classify.js';
import { mentionsIn, placeOf } from './rules/mentions.js';

// `npm run rules`: which of the 453 rules the code enforces, records or leaves open, from what the tree names.

const HELP = `npm run rules [-- --json | --group REG | --help]

Counts the 453 rules of the policy documents by group and state, from the rule IDs that code, rule sets and tests name.

  enforced  code or a rule set names the rule and so does the title of a test
  recorded  code, a rule set or a contract names it: the fact is stored or shown
  open      nothing names it; libs/policy/data/open-rules.yaml says why

  --json        for every rule ID its state, the files that name it and, when open, the reason
  --group REG   the rules of one group with their states and words
  --help        this text`;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCANNED = ['libs', 'services', 'proto', 'tests'];
/** Made by the build, installed, or (data) the list of the rules itself. */
const IGNORED = new Set(['node_modules', 'dist', 'gen', '.nx', '.data', 'coverage', 'fixtures', 'data']);
const STATES = ['enforced', 'recorded', 'open'] as const satisfies readonly RuleState[];

/** The report of every rule over the tree at `root`. */
export function report(root: string = ROOT): Map<string, RuleReport> {
  const mentions = SCANNED.flatMap((folder) => filesBelow(join(root, folder)))
    .map((path) => ({ path, file: relative(root, path).split(sep).join('/') }))
    .filter(({ file }) => placeOf(file) !== undefined)
    .flatMap(({ path, file }) => mentionsIn(file, readFileSync(path, 'utf8')));
  return classify([...RULES.keys()], mentions, openReasons());
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** Counts by group and state as a table. */
export function table(rules: ReadonlyMap<string, RuleReport>): string {
  const groups = Map.groupBy(rules, ([id]) => groupOf(id));
  const row = (name: string, reports: readonly RuleReport[]) =>
    [
      name.padEnd(6),
      ...STATES.map((state) => reports.filter((one) => one.state === state).length),
      reports.length,
    ]
      .map((cell) => String(cell).padStart(9))
      .join('');
  return [
    ['group ', ...STATES, 'rules'].map((cell) => cell.padStart(9)).join(''),
    ...[...groups].map(([group, entries]) =>
      row(
        group,
        entries.map(([, one]) => one),
      ),
    ),
    row('total', [...rules.values()]),
  ].join('\n');
}

function groupList(rules: ReadonlyMap<string, RuleReport>, group: string): string {
  const lines = [...rules]
    .filter(([id]) => groupOf(id) === group)
    .map(
      ([id, one]) =>
        `${id}  ${one.state.padEnd(8)}  ${RULES.get(id)?.meaning ?? ''}${one.reason === undefined ? '' : ` (${one.reason})`}`,
    );
  if (lines.length === 0) throw new Error(`There is no group ${group}.`);
  return lines.join('\n');
}

/** Runs the command line and gives what it prints. Throws for an unknown option or group. */
export function main(args: readonly string[]): string {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, group: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return HELP;
  const rules = report();
  if (values.json) return JSON.stringify(Object.fromEntries(rules), undefined, 2);
  return values.group === undefined ? table(rules) : groupList(rules, values.group.toUpperCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(main(process.argv.slice(2)));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
