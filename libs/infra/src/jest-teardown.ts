// Jest's globalTeardown: ends the servers of src/jest-setup.ts with the last project that uses them.
import type { ChildProcess } from 'node:child_process';

/** Stops the servers of this run and waits for their end. */
export default async function teardown(): Promise<void> {
  const servers = globalThis.fupinTestServers;
  if (servers === undefined || --servers.users > 0) return;
  globalThis.fupinTestServers = undefined;
  await ended(servers.child);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
}
