import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parseRuleSets } from './parse.js';
import { createPolicy } from './policy.js';
import type { Policy } from './rule-set.js';

/** `rule-sets` lies beside `src` and `dist`, so the same path is right from both. */
const RULE_SETS = fileURLToPath(new URL('../rule-sets/', import.meta.url));

const loaded = new Map<string, Policy>();

export interface LoadOptions {
  /** A YAML file with this installation's settings; the environment's `POLICY_SETTINGS` when left out. */
  readonly settingsFile?: string | undefined;
}

/**
 * The rule sets of this repository with the settings of this installation, one instance per process and settings file. Throws
 * PolicyError `invalid-rule-set` with the place when a file does not fit.
 */
export function loadPolicy(options: LoadOptions = {}): Policy {
  const settingsFile = options.settingsFile ?? process.env['POLICY_SETTINGS'] ?? '';
  const known = loaded.get(settingsFile);
  if (known) return known;
  const files = readdirSync(RULE_SETS)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => ({ name, path: RULE_SETS + name }));
  if (settingsFile) files.push({ name: settingsFile, path: settingsFile });
  const policy = createPolicy(
    files.flatMap(({ name, path }) => parseRuleSets(readFileSync(path, 'utf8'), name)),
  );
  loaded.set(settingsFile, policy);
  return policy;
}
