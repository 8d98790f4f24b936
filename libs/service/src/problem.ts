import { PROBLEM_URN, problemType, type StandardProblem } from './problem-types.js';

/** One of several things that are wrong: a field of the body, or one reason of a refusal. Never holds the value sent. */
export interface ProblemItem {
  /** Path in the body, query or headers: `members[0].idNumber`. */
  readonly field?: string;
  /** Stable name of what is wrong. */
  readonly code: string;
  readonly detail: string;
  readonly detailZh?: string;
  readonly ruleId?: string;
  /** What the rule says, in the words of its document. */
  readonly quote?: string;
}

export interface ProblemDetails {
  readonly status?: number;
  readonly title?: string;
  readonly titleZh?: string;
  readonly detail?: string;
  readonly detailZh?: string;
  readonly field?: string;
  readonly ruleId?: string;
  readonly quote?: string;
  readonly errors?: readonly ProblemItem[];
  /** Response headers that belong to it (`Allow`, `WWW-Authenticate`, `Retry-After`). Not part of the body. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An answer of RFC 9457 to be thrown from anywhere in a request. `new Problem('region-not-allowed', { field: 'region' })`:
 * status and titles come from the catalogue (problem-types.ts) unless given.
 */
export class Problem extends Error {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly titleZh: string;
  readonly details: ProblemDetails;

  /** The type is a slug: a standard one, one of `defineProblems`, or a decider's refusal code. */
  constructor(type: StandardProblem | (string & {}), details: ProblemDetails = {}) {
    const known = problemType(type);
    super(details.detail ?? details.title ?? known.title);
    this.name = 'Problem';
    this.type = type;
    this.status = details.status ?? known.status;
    this.title = details.title ?? known.title;
    this.titleZh = details.titleZh ?? known.titleZh;
    this.details = details;
  }

  /** The members of the JSON document, in the order in which people read them; absent ones are left out. */
  toJSON(): Record<string, unknown> {
    const { detail, detailZh, field, ruleId, quote, errors } = this.details;
    const body = {
      type: PROBLEM_URN + this.type,
      title: this.title,
      titleZh: this.titleZh,
      status: this.status,
      detail,
      detailZh,
      field,
      ruleId,
      quote,
      errors: errors && errors.length > 0 ? errors : undefined,
    };
    return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  }
}
