// SQLSTATE classes that say "try again": connection, transaction rollback (deadlock, serialization), resources,
// operator intervention (shutdown, a killed session), and the idle-in-transaction timeout of a process that was paused.
const TRANSIENT_CLASSES = ['08', '40', '53', '57'];
const TRANSIENT_STATES = ['25P03', '55P03', '58030'];
const TRANSIENT_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];
const TRANSIENT_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Connection ended|server closed the connection|Cannot use a pool after/i;

/** Whether a database error goes away by itself: the work is right, the server or the connection was not there. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isTransient)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) {
    // A statement that ran into its timeout would do so again: smaller pieces help, repeating does not.
    if (code === '57014') return false;
    return TRANSIENT_CLASSES.includes(code.slice(0, 2)) || TRANSIENT_STATES.includes(code);
  }
  if (code !== undefined && TRANSIENT_CODES.includes(code)) return true;
  return TRANSIENT_MESSAGES.test(error.message) || (error.cause !== undefined && isTransient(error.cause));
}
