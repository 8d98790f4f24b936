// Stands between a Node process and one server (PostgreSQL, Kafka) so that nothing outlives that process.
//
// The first line on its stdin is the plan, as JSON (not an argument: those everyone on the machine may read). It runs in
// a session of its own, so Ctrl-C and a signal to the owner's process group do not reach it. Its stdin is a pipe from the
// owner: when that closes, however the owner ended (exit, crash, kill -9), the server is stopped and the folders in
// `remove` are deleted. It is plain JavaScript because it must start in a moment from any Node, compiled or not.
// Further lines on stdin: `start` (again, after the server died), `stop`, `release` (end without deleting anything).
// Lines on stdout: JSON events for the owner, see src/supervised.ts.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, openSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * @typedef {{ file: string, args: string[], cwd?: string, env: Record<string, string>, uid?: number, gid?: number }} Command
 * @typedef {{ rename: [string, string] }} Rename
 * @typedef {{ prepare: (Command | Rename)[], server?: Command, log: string, stopSignal: NodeJS.Signals, graceMs: number,
 *             home?: string, remove: string[], keep?: [string, string] }} Plan
 *   home: the folder the server's processes work in; keep: a file the server leaves at its end, and where it goes
 */

/** @type {Plan} */
let plan = { prepare: [], log: '', stopSignal: 'SIGTERM', graceMs: 0, remove: [] };
let log = -1;
/** @type {import('node:child_process').ChildProcess | undefined} */
let child;
let ending = false;

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const signal = (pid, name) => {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
};

/** Runs one command to its end. `onStart` hears its pid. */
function run(command, onStart) {
  return new Promise((done) => {
    const { file, args, cwd, env, uid, gid } = command;
    child = spawn(file, args, { cwd, env, uid, gid, stdio: ['ignore', log, log], detached: true });
    if (child.pid !== undefined) onStart?.(child.pid);
    child.once('error', (error) => done({ code: null, signal: null, error: error.message }));
    child.once('exit', (code, name) => done({ code, signal: name }));
  }).finally(() => (child = undefined));
}

/** Processes that work in the server's folder: backends that outlived a killed postmaster. Linux only. */
function stragglers() {
  if (plan.home === undefined || process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      if (readlinkSync(`/proc/${name}/cwd`) !== plan.home) return false;
      return /^(postgres|java)\b/.test(basename(readlinkSync(`/proc/${name}/exe`))); // not somebody's shell
    } catch {
      return false;
    }
  });
}

async function endStragglers() {
  for (let turn = 0; turn < 100; turn++) {
    const left = stragglers();
    if (left.length === 0) return;
    for (const pid of left) signal(Number(pid), 'SIGKILL');
    await sleep(20);
  }
}

/** A postmaster that was killed leaves its System V segment (its id is on the seventh line of postmaster.pid). */
function freeSharedMemory() {
  try {
    const id = readFileSync(`${plan.home}/postmaster.pid`, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
    if (id !== undefined && /^\d+$/.test(id)) spawnSync('ipcrm', ['-m', id], { stdio: 'ignore' });
  } catch {
    // no such file: it ended properly, or it is not PostgreSQL
  }
}

/** Puts the file that the server made at its end into its place, whole or not at all. */
function keepFile() {
  if (plan.keep === undefined) return;
  const [from, to] = plan.keep;
  try {
    copyFileSync(from, `${to}.${process.pid}`);
    renameSync(`${to}.${process.pid}`, to);
  } catch {
    rmSync(`${to}.${process.pid}`, { force: true }); // it was not made, or the place is not ours to write
  }
}

async function serve() {
  await endStragglers();
  if (ending) return;
  const outcome = await run(plan.server, (pid) => tell({ event: 'started', pid }));
  tell({ event: 'exited', ...outcome });
}

async function end(remove) {
  if (ending) return;
  ending = true;
  const running = child;
  if (running?.pid !== undefined) {
    const gone = new Promise((done) => running.once('exit', done));
    signal(running.pid, plan.stopSignal);
    signal(running.pid, 'SIGCONT'); // a stopped process does not see the signal before
    await Promise.race([gone, sleep(plan.graceMs)]);
    if (running.exitCode === null && running.signalCode === null) {
      signal(-running.pid, 'SIGKILL');
      signal(running.pid, 'SIGKILL');
      await gone;
    }
    signal(-running.pid, 'SIGKILL'); // what a preparing step started itself
  }
  await endStragglers();
  keepFile();
  if (remove) {
    freeSharedMemory();
    for (const folder of plan.remove) {
      for (let turn = 0; turn < 20; turn++) {
        try {
          rmSync(folder, { recursive: true, force: true });
          break;
        } catch {
          await sleep(50);
        }
      }
    }
  }
  process.exit(0);
}

async function main(line) {
  plan = JSON.parse(line);
  log = openSync(plan.log, 'a', 0o600);
  for (const step of plan.prepare) {
    if (ending) return;
    if ('rename' in step) {
      renameSync(step.rename[0], step.rename[1]);
      continue;
    }
    const outcome = await run(step);
    if (ending) return;
    if (outcome.code !== 0) {
      tell({ event: 'failed', file: step.file, ...outcome });
      return;
    }
  }
  if (plan.server) await serve();
  else tell({ event: 'done' });
}

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => void end(true));
process.stdout.on('error', () => undefined); // the owner is gone; stdin says so, too
process.stdin.setEncoding('utf8');
let planned = false;
let text = '';
process.stdin.on('data', (chunk) => {
  const lines = (text + chunk).split('\n');
  text = lines.pop() ?? '';
  for (const line of lines) {
    if (!planned) {
      planned = true;
      main(line).catch((error) => {
        tell({ event: 'failed', file: 'supervisor', code: null, signal: null, error: String(error) });
      });
    } else if (line === 'stop') void end(true);
    else if (line === 'release') void end(false);
    else if (line === 'start' && child === undefined && plan.server) void serve();
  }
});
for (const name of ['end', 'close', 'error']) process.stdin.on(name, () => void end(true));
