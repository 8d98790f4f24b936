import type { Refusal } from './decider.js';

/** The decider refused the command; names every reason. */
export class CommandRefused extends Error {
  constructor(readonly reasons: readonly Refusal[]) {
    super(reasons.map(({ code, message }) => `${code}: ${message}`).join('; '));
  }
}

/** The stream is not at the version that the caller gave (If-Match), or others kept changing it meanwhile. */
export class VersionMismatch extends Error {
  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`expected version ${expected}, but the stream is at ${actual}`);
  }
}

/** Another stream holds a claim, for example the household that a person belongs to. */
export class ClaimTaken extends Error {
  constructor(
    readonly key: string,
    readonly owner: string,
  ) {
    super(`held by ${owner}`);
  }
}

/** The idempotency key was used before, with another body. */
export class IdempotencyKeyReused extends Error {
  constructor() {
    super('this idempotency key was used before with another request');
  }
}

/** Thrown by `extras`: what the command was made from has changed beside it, so it is to be made anew. */
export class CommandOutdated extends Error {
  constructor() {
    super('what this command was made from has changed');
  }
}

/** Everything that a command can meet in the normal course of things. */
export type CommandError =
  CommandRefused | VersionMismatch | ClaimTaken | IdempotencyKeyReused | CommandOutdated;

/** Gives a business outcome back as a value and throws everything else on. */
export function businessOutcome(error: unknown): CommandError {
  for (const kind of [CommandRefused, VersionMismatch, ClaimTaken, IdempotencyKeyReused, CommandOutdated]) {
    if (error instanceof kind) return error;
  }
  throw error;
}
