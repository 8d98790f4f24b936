import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { PolicyError } from './errors.js';

/** Why rules are open: per group, and per rule where the group's reason does not fit. */
export interface OpenReasons {
  readonly groups: Readonly<Record<string, string>>;
  readonly rules: Readonly<Record<string, string>>;
}

const SOURCE = new URL('../data/open-rules.yaml', import.meta.url);

/** The reasons for the rules report. Throws {@link PolicyError} `invalid-rule-set` when the file has another form. */
export function openReasons(text: string = readFileSync(SOURCE, 'utf8')): OpenReasons {
  const content = parse(text) as Partial<Record<'groups' | 'rules', unknown>> | null;
  const { groups, rules } = content ?? {};
  if (!isTexts(groups) || !isTexts(rules)) {
    throw new PolicyError(
      'invalid-rule-set',
      'The reasons for open rules need the mappings groups and rules, with a text each.',
    );
  }
  return { groups, rules };
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string' && text !== '')
  );
}
