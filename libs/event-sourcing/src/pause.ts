/** A wait that something else can cut short: a wake-up, or the end of the work. */
export class Pause {
  private wake: (() => void) | undefined;
  private woken = false;

  /** Waits, unless or until {@link interrupt} is called. */
  async wait(ms: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = undefined;
    this.woken = false;
  }

  /** Ends the wait that runs, or the next one. */
  interrupt(): void {
    this.woken = true;
    this.wake?.();
  }
}

/** Growing waits for things that are away, with some randomness so that processes do not knock in step. */
export class BackOff {
  private next: number;

  constructor(
    private readonly first: number,
    private readonly longest: number,
  ) {
    this.next = first;
  }

  ms(): number {
    const now = this.next;
    this.next = Math.min(this.longest, now * 2);
    return now * (0.75 + Math.random() / 2);
  }

  reset(): void {
    this.next = this.first;
  }
}

/** A promise that is awaited later, or never when the work ends first: its failure is nobody's accident. */
export function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
