import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends `signal` to a process; for a signal that only makes sense for all of a server (stop, continue, kill), also to
 * its descendants: a database's backends go on working when only their postmaster is stopped.
 */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  const whole = signal === 'SIGSTOP' || signal === 'SIGCONT' || signal === 'SIGKILL';
  if (whole && signal !== 'SIGCONT') send(pid, 'SIGSTOP'); // so that it starts no further child meanwhile
  const children = whole ? descendants(pid) : [];
  if (signal !== 'SIGSTOP') send(pid, signal);
  for (const child of children) send(child, signal);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function descendants(pid: number): number[] {
  const parents = parentOfEach();
  const found = [pid];
  for (const each of found) for (const [child, parent] of parents) if (parent === each) found.push(child);
  return found.slice(1);
}

function parentOfEach(): [child: number, parent: number][] {
  if (process.platform !== 'linux') {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return table
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name): [number, number][] => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The program's name may hold spaces and brackets; the parent is the second field after it.
        return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
      } catch {
        return [];
      }
    });
}

/**
 * Ends the servers that work in the folder although their supervisor is gone (somebody killed it), and waits for that.
 * Only servers: somebody's shell may stand there, too. Linux only.
 */
export async function endServersIn(folder: string): Promise<void> {
  for (let turn = 0; turn < 250; turn++) {
    const found = serversIn(folder);
    if (found.length === 0) return;
    for (const pid of found) send(pid, 'SIGKILL');
    await sleep(20);
  }
  throw new Error(`The processes ${serversIn(folder).join(', ')} use ${folder} and cannot be ended.`);
}

function serversIn(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const cwd = readlinkSync(`/proc/${name}/cwd`);
        if (cwd !== folder && !cwd.startsWith(folder + sep)) return false;
        return /^(postgres|java)\b/.test(basename(readlinkSync(`/proc/${name}/exe`)));
      } catch {
        return false; // gone (or only its exit status is left), or not ours to look at
      }
    })
    .map(Number);
}
