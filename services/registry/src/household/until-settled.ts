import { CommandOutdated } from '@fupin/event-sourcing';

/** How often a command is made anew while what it rests on changes beside it. */
const ATTEMPTS = 3;

/** What it rests on was changed since it was made; `handle` and `handleAcross` throw it. */
const isOutdated = (error: unknown): boolean => error instanceof CommandOutdated;

/** Makes a command anew, a few times, while it fails for what `passing` says will pass. Throws the last such error, and any other. */
export async function untilSettled<T>(
  make: () => Promise<T>,
  passing: (error: unknown) => boolean = isOutdated,
  attempts = ATTEMPTS,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      if (!passing(error) || attempt === attempts) throw error;
    }
  }
}
