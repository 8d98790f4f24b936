import kafkajs, { type logCreator } from 'kafkajs';
import type { Logger } from 'pino';

/** Sends the lines of kafkajs to pino. */
export const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, error } }) => {
    // What kafkajs calls an error is mostly a retry; those above decide what is one.
    const line = { kafkajs: namespace, error: error as unknown };
    if (level <= kafkajs.logLevel.ERROR) logger.warn(line, message);
    else logger.debug(line, message);
  };

let silenced = false;

/** kafkajs sets timers in the past, harmlessly; Node 24 prints a warning for each. */
export function silenceNegativeTimeouts(): void {
  if (silenced) return;
  silenced = true;
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    const type = warning instanceof Error ? warning.name : typeof rest[0] === 'string' ? rest[0] : undefined;
    if (type === 'TimeoutNegativeWarning' && new Error().stack?.includes('kafkajs')) return;
    emit(warning, ...rest);
  };
}
