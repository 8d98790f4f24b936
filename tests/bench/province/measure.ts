import { readFileSync, writeFileSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Highest resident memory of a process since {@link forgetPeak}, in MB; NaN where the system does not tell. */
export function peakMemory(pid: number): number {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found ? Number(found[1]) / 1024 : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** Lets the peak begin anew; without effect where the system cannot. */
export function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Not Linux: there is no peak to be shown either.
  }
}

/** Bytes that the files of a folder take on the disk. */
export async function sizeOfFolder(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOfFolder(path);
    else
      bytes += await stat(path).then(
        (file) => file.blocks * 512,
        () => 0,
      );
  }
  return bytes;
}

/** Bytes that are free for this user on the disk of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Seconds as people read them: 42 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** Writes a line of progress with what is left to do, at most every few seconds. */
export class ProgressLine {
  private readonly began = performance.now();
  private last = 0;

  constructor(
    private readonly what: string,
    private readonly total: number,
    private readonly log: (line: string) => void,
    private readonly everyMs = 10_000,
  ) {}

  show(done: number, more = ''): void {
    const now = performance.now();
    if (now - Math.max(this.last, this.began) < this.everyMs) return;
    this.last = now;
    const seconds = (now - this.began) / 1000;
    const left = done > 0 ? (seconds * Math.max(0, this.total - done)) / done : Number.NaN;
    this.log(
      `  ${this.what}: ${Math.min(100, Math.round((100 * done) / this.total))} % after ${duration(seconds)}, about ${duration(left)} left${more}`,
    );
  }
}
