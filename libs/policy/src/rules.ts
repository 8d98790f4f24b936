import { readFileSync } from 'node:fs';

import { PolicyError } from './errors.js';

/** One rule of the policy documents: a rate, cap, threshold, deadline, procedure step, prohibition, duty or target. */
export interface Rule {
  /** For example REG-19. */
  readonly id: string;
  /** The document it stands in. */
  readonly file: string;
  readonly kind: string;
  /** The document's words, misprints included, without white space of the layout. */
  readonly quote: string;
  readonly meaning: string;
  readonly parameters: string;
}

/** `data` lies beside `src` and `dist`, so the same path is right from both. */
const SOURCE = new URL('../data/rules.json', import.meta.url);

/** The 453 rules by ID, in the order of the documents' groups. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  (JSON.parse(readFileSync(SOURCE, 'utf8')) as Rule[]).map((rule) => [rule.id, Object.freeze(rule)]),
);

/** The rule of an ID. Throws {@link PolicyError} `unknown-rule`. */
export function rule(id: string): Rule {
  const found = RULES.get(id);
  if (!found) throw new PolicyError('unknown-rule', `There is no rule ${id}.`);
  return found;
}

/** The exact words of a rule, for problem documents. Throws {@link PolicyError} `unknown-rule`. */
export function ruleQuote(id: string): string {
  return rule(id).quote;
}

/** The group of a rule ID: its letters, for example REG. */
export function groupOf(id: string): string {
  return id.slice(0, id.indexOf('-'));
}
