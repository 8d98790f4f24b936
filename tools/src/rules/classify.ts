import type { OpenReasons } from '@fupin/policy';

// The convention of the rules report, pure: what the tree names where decides a rule's state.

/**
 * `source`: a string in libs or services code. `ruleSet`: a parameter of a rule set. `proto`: a contract. `test`: the title of a
 * test that runs.
 */
export type Place = 'source' | 'ruleSet' | 'proto' | 'test';

/** One rule ID named in one file. */
export interface Mention {
  readonly ruleId: string;
  readonly file: string;
  readonly place: Place;
}

/**
 * enforced: code or a rule set names the rule and so does the title of a test, which shows that it holds.
 * recorded: code, a rule set or a contract names it: the fact is stored or shown, nothing proves that it is kept.
 * open: none of them names it; the reason says why.
 */
export type RuleState = 'enforced' | 'recorded' | 'open';

export interface RuleReport {
  readonly state: RuleState;
  /** The files that name the rule, in order. */
  readonly files: readonly string[];
  /** Why it is open; only then. */
  readonly reason?: string;
}

/**
 * The report of every rule, in the order of `ruleIds`. Throws when a mention names a rule that does not exist or an open rule has
 * no reason: then the report would be wrong.
 */
export function classify(
  ruleIds: readonly string[],
  mentions: readonly Mention[],
  reasons: OpenReasons,
): Map<string, RuleReport> {
  const known = new Set(ruleIds);
  for (const { ruleId, file } of mentions) {
    if (!known.has(ruleId)) throw new Error(`${file} names ${ruleId}, which is no rule.`);
  }
  for (const id of Object.keys(reasons.rules)) {
    if (!known.has(id)) throw new Error(`The reasons for open rules name ${id}, which is no rule.`);
  }
  const byRule = Map.groupBy(mentions, (mention) => mention.ruleId);
  return new Map(ruleIds.map((id) => [id, reportOf(id, byRule.get(id) ?? [], reasons)]));
}

function reportOf(id: string, mentions: readonly Mention[], reasons: OpenReasons): RuleReport {
  const files = [...new Set(mentions.map((mention) => mention.file))].sort();
  const state = stateOf(new Set(mentions.map((mention) => mention.place)));
  if (state !== 'open') return { state, files };
  const reason = reasons.rules[id] ?? reasons.groups[id.slice(0, 3)];
  if (reason === undefined) throw new Error(`${id} is open and no reason is given for it or its group.`);
  return { state, files, reason };
}

function stateOf(places: ReadonlySet<Place>): RuleState {
  if ((places.has('source') || places.has('ruleSet')) && places.has('test')) return 'enforced';
  return places.has('source') || places.has('ruleSet') || places.has('proto') ? 'recorded' : 'open';
}
