import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Where every embedded server listens: this machine only. */
export const LOOPBACK = '127.0.0.1';

/** A port that was asked for is taken by another program. The message names it and says what to set instead. */
export class PortInUse extends Error {
  override readonly name = 'PortInUse';
  constructor(
    readonly port: number,
    readonly server: string,
    advice: string,
  ) {
    super(`Port ${port} for ${server} is in use by another program. ${advice}`);
  }
}

/** Throws `PortInUse` when the port that was asked for is taken. */
export async function claimPort(port: number | undefined, server: string, advice: string): Promise<void> {
  if (port !== undefined && !(await isPortFree(port))) throw new PortInUse(port, server, advice);
}

/** Whether `port` can be listened on now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * A free port below the range from which the system gives ports to clients: a server that is restarted on its port
 * would otherwise find some client's socket there, or a reconnecting client would meet itself.
 */
export async function freePort(): Promise<number> {
  const top = Math.min(lowestClientPort(), 49_152);
  for (let turn = 0; turn < 200; turn++) {
    const port = 12_000 + Math.floor(Math.random() * (top - 12_000));
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port between 12000 and ${top}`);
}

function lowestClientPort(): number {
  try {
    const low = Number(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/)[0]);
    return low > 13_000 ? low : 32_768;
  } catch {
    return 32_768;
  }
}
