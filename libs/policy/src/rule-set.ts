import type { BusinessDate, RegionCode } from '@fupin/domain';

import type { ParameterName, ParameterType, ParameterValue } from './parameters.js';

/** The nation's place in a rule set's `region`. */
export const NATION = 'CN';

/** `hard`: a miss refuses. `aim`: 力争, 争取, 原则上: a miss is reported and never refuses. */
export type Binding = 'hard' | 'aim';

/**
 * documented: the document's words are quoted. sourced: a public source is named. assumed: neither, see the note. setting: set by
 * this installation. */
export type ParameterStatus = 'documented' | 'sourced' | 'assumed' | 'setting';

export interface Parameter {
  readonly name: ParameterName;
  readonly value: ParameterValue;
  readonly type: ParameterType;
  readonly unit?: string;
  readonly zh: string;
  readonly en: string;
  readonly status: ParameterStatus;
  /** True where neither a document nor a public source gives the value. */
  readonly assumed: boolean;
  readonly binding: Binding;
  /** The rule whose words give the value. */
  readonly ruleId?: string;
  readonly quote?: string;
  readonly file?: string;
  /** Further rules the value serves. */
  readonly rules: readonly string[];
  readonly source?: string;
  readonly note?: string;
  /** The rule set it comes from. */
  readonly ruleSet: string;
}

/** A parameter that neither the documents nor a rule set give a value; an installation may set it. */
export interface OpenParameter {
  readonly name: string;
  readonly note: string;
  readonly rules: readonly string[];
  readonly ruleSet: string;
}

/** One rule set a {@link RuleSet} is made of. */
export interface RuleSetInfo {
  readonly id: string;
  readonly version: string;
  readonly name: string;
  /** CN or a region code. */
  readonly region: RegionCode;
  readonly from: BusinessDate;
  readonly to?: BusinessDate;
  readonly issuedOn?: BusinessDate;
  /** Why the set as a whole is not sure, where it is not. */
  readonly assumed?: string;
}

/** The policy of one region on one day: the most specific valid set over its parents. */
export interface RuleSet {
  /** Names every set it is made of with its version, `national-2018@2+hubei-2018@1`. */
  readonly version: string;
  /** Widest first. */
  readonly sets: readonly RuleSetInfo[];
  /** The parameter's value and source. Throws PolicyError `open-parameter` or `unknown-parameter`. */
  get(name: ParameterName): Parameter;
  /** The same, `undefined` where no set gives a value. */
  find(name: ParameterName): Parameter | undefined;
  /** All parameters with a value, by name. */
  parameters(): readonly Parameter[];
  /** What is left open, by name. */
  open(): readonly OpenParameter[];
}

export interface Policy {
  /** The rule set of a region on a day. Throws PolicyError `invalid-region`, `invalid-date` or `no-rule-set`. */
  at(region: RegionCode, date: BusinessDate): RuleSet;
  /** Every rule set loaded. */
  sets(): readonly RuleSetInfo[];
}
