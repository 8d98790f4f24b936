import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, PortInUse } from './ports.js';
import { signalTree } from './processes.js';
import type { Supervised } from './supervised.js';

/** A server of ours that runs as a process of this machine. */
export interface RunningServer {
  /** Process id of the server itself; changes with `restart`. Undefined while it is down. */
  readonly pid: number | undefined;
  readonly port: number;
  /** Folder with its data and its log. */
  readonly dataDir: string;
  /** Stops it properly, deletes a temporary folder, and waits for both. */
  stop(): Promise<void>;
  /** Signals the server with all its child processes: SIGKILL (a crash), SIGSTOP (a pause), SIGCONT. SIGKILL waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again after a `kill('SIGKILL')`, on the same data and port, and waits until it answers. */
  restart(): Promise<void>;
}

/** How to bring up one kind of server; the rest is the same for all. */
export interface ServerKind {
  readonly name: string;
  /** What to tell whose port is taken. */
  readonly portAdvice: string;
  launch(port: number): Promise<Supervised>;
  /** True when a server answers there and is proved to be ours. */
  probe(port: number): Promise<boolean>;
  /** Whether the log says that the port was taken by another program in the last moment. */
  lostPort(log: string): boolean;
}

const READY_MS = 120_000;

/** Starts a server on `port` (default: a free one) and waits until it answers and is proved to be ours. */
export async function bringUp(kind: ServerKind, dataDir: string, port?: number): Promise<RunningServer> {
  for (let turn = 1; ; turn++) {
    const chosen = port ?? (await freePort());
    const supervised = await kind.launch(chosen);
    try {
      await supervised.started();
      await untilReady(kind, supervised, chosen);
      return running(kind, supervised, chosen, dataDir);
    } catch (error) {
      const lost = kind.lostPort(supervised.logTail());
      if (lost && port === undefined && turn < 5) {
        await supervised.release();
        continue;
      }
      await supervised.stop();
      throw lost ? new PortInUse(chosen, kind.name, kind.portAdvice) : error;
    }
  }
}

async function untilReady(kind: ServerKind, supervised: Supervised, port: number): Promise<void> {
  const end = Date.now() + READY_MS;
  while (!(await kind.probe(port))) {
    if (supervised.pid === undefined) throw new Error(`${kind.name} did not start: ${supervised.explain()}`);
    if (Date.now() > end)
      throw new Error(`${kind.name} does not answer on port ${port}\n${supervised.logTail()}`);
    await sleep(40);
  }
  // Whoever answered, our process must be alive: otherwise the answer came from somewhere else.
  if (supervised.pid === undefined) throw new Error(`${kind.name} did not start: ${supervised.explain()}`);
}

function running(kind: ServerKind, supervised: Supervised, port: number, dataDir: string): RunningServer {
  return {
    get pid() {
      return supervised.pid;
    },
    port,
    dataDir,
    stop: () => supervised.stop(),
    async kill(signal) {
      if (supervised.pid === undefined) return;
      signalTree(supervised.pid, signal);
      if (signal === 'SIGKILL') await supervised.exited();
    },
    async restart() {
      await supervised.start();
      await untilReady(kind, supervised, port);
    },
  };
}
