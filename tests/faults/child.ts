import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChildConfig } from './shared.js';

/** A process of the test that can be killed, paused and started again. */
export class Child {
  private process: ChildProcess | undefined;

  constructor(
    readonly role: 'writer' | 'relay' | 'consumer',
    private readonly onMessage: (message: unknown) => void = () => undefined,
  ) {}

  start(config: ChildConfig): void {
    const child = fork(join(import.meta.dirname, `${this.role}.ts`), [JSON.stringify(config)], {
      execArgv: ['-C', '@fupin/source', '--import', '@swc-node/register/esm-register'],
      cwd: join(import.meta.dirname, '..', '..'),
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', this.onMessage);
    this.process = child;
  }

  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Asks a writer to end its work, and waits for that. */
  async finish(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    child.send('finish');
    await once(child, 'exit');
  }
}
