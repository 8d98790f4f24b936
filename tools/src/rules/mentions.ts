import { parseRuleSets } from '@fupin/policy';
import ts from 'typescript';

import type { Mention, Place } from './classify.js';

/** A rule ID as code and tests write it. */
const RULE_ID = /\b(?:TGT|REG|DAT|FND|MCR|DWL|RLC|HLT|ASM|GOV|ORG|EDU|EMP|ECO|SEC|DIS|IND|VIL|COO)-\d{2}\b/g;
const TEST_FUNCTIONS = new Set(['it', 'test', 'describe']);
/** A test that does not run shows nothing. */
const NOT_RUN = new Set(['skip', 'todo', 'failing']);

/** What a file is to the report, by its path; `undefined` when it does not count. */
export function placeOf(file: string): Place | undefined {
  if (/\.(unit|int|e2e)\.spec\.ts$/.test(file)) return 'test';
  if (/^(libs|services)\/[^/]+\/(src|migrations)\/.*\.ts$/.test(file)) return 'source';
  if (/^libs\/policy\/rule-sets\/.*\.yaml$/.test(file)) return 'ruleSet';
  return file.endsWith('.proto') ? 'proto' : undefined;
}

/**
 * The rules a file names. In code only strings count, not comments; in a test only titles (with the table of an `each` whose
 * title takes values from it), and only of tests that run; in a contract its comments, for it has nothing else.
 */
export function mentionsIn(file: string, text: string): Mention[] {
  const place = placeOf(file);
  if (place === undefined) return [];
  const ids = new Set(idsIn(place, file, text));
  return [...ids].map((ruleId) => ({ ruleId, file, place }));
}

function idsIn(place: Place, file: string, text: string): string[] {
  switch (place) {
    case 'proto':
      return ids(text);
    case 'ruleSet':
      return parseRuleSets(text, file).flatMap((set) => [
        ...[...set.parameters.values()].flatMap(({ ruleId, rules }) =>
          ruleId === undefined ? rules : [ruleId, ...rules],
        ),
        ...[...set.open.values()].flatMap(({ rules }) => rules),
      ]);
    case 'source':
      return /[A-Z]{3}-\d\d/.test(text) ? literals(parseTs(file, text)).flatMap(ids) : [];
    case 'test':
      return /[A-Z]{3}-\d\d/.test(text) ? titles(parseTs(file, text)).flatMap(ids) : [];
    default:
      return place satisfies never;
  }
}

const ids = (text: string): string[] => text.match(RULE_ID) ?? [];

function parseTs(file: string, text: string): ts.SourceFile {
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
}

/** The texts of all string and template literals below a node. */
function literals(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
    return [node.text];
  const found: string[] = [];
  node.forEachChild((child) => {
    found.push(...literals(child));
  });
  return found;
}

/** The titles of the tests and suites below a node. */
function titles(node: ts.Node): string[] {
  const found: string[] = [];
  if (ts.isCallExpression(node)) {
    const { root, members, tables } = unwrap(node.expression);
    if (root !== undefined && TEST_FUNCTIONS.has(root)) {
      if (members.some((member) => NOT_RUN.has(member))) return [];
      // `it.each(table)` is a call of its own, whose argument is no title.
      const title = members[0] === 'each' && tables.length === 0 ? undefined : node.arguments[0];
      if (title) {
        const text = literals(title);
        found.push(...text);
        if (text.some((part) => /[%$]/.test(part))) found.push(...tables.flatMap(literals));
      }
    }
  }
  node.forEachChild((child) => {
    found.push(...titles(child));
  });
  return found;
}

/** `it.each(table)` → root `it`, members `each`, tables `[table]`. */
function unwrap(expression: ts.Expression): {
  root: string | undefined;
  members: string[];
  tables: ts.Node[];
} {
  const members: string[] = [];
  const tables: ts.Node[] = [];
  let at: ts.Expression = expression;
  for (;;) {
    if (ts.isPropertyAccessExpression(at)) {
      members.push(at.name.text);
      at = at.expression;
    } else if (ts.isCallExpression(at)) {
      tables.push(...at.arguments);
      at = at.expression;
    } else if (ts.isTaggedTemplateExpression(at)) {
      tables.push(at.template);
      at = at.tag;
    } else {
      return { root: ts.isIdentifier(at) ? at.text : undefined, members, tables };
    }
  }
}
