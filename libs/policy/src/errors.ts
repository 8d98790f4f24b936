export type PolicyErrorCode =
  | 'invalid-region'
  | 'invalid-date'
  | 'no-rule-set'
  | 'unknown-parameter'
  | 'open-parameter'
  | 'unknown-rule'
  | 'invalid-rule-set';

/** What is wrong with a question to the policy, or with a rule set when it is loaded. `code` is stable. */
export class PolicyError extends Error {
  constructor(
    readonly code: PolicyErrorCode,
    message: string,
    /** The rule a rule set offends against, for example TGT-22. */
    readonly ruleId?: string,
  ) {
    super(message);
    this.name = 'PolicyError';
  }
}
