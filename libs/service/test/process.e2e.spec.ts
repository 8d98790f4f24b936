import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { endAll, portOf, start as startScript, type Started } from './processes.js';

afterEach(endAll);

const start = (env: Record<string, string>): Started => startScript('main.ts', env);

const issuer = { OIDC_ISSUER: 'http://127.0.0.1:9' };

describe('a service as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: answers what is in flight, takes nothing new, exits with 0',
    async (signal) => {
      const started = start({ ...issuer, SAMPLE_PORT: '0' });
      const port = await portOf(started);
      const address = `http://127.0.0.1:${port}`;
      const slow = fetch(`${address}/v1/households/slow/1500`);
      while (!(await (await fetch(`${address}/metrics`)).text()).includes('in_flight 2'))
        await new Promise((r) => setTimeout(r, 10));
      started.child.kill(signal);
      while (!started.out().includes('shutting down')) await new Promise((r) => setTimeout(r, 10));
      await expect(fetch(`${address}/health/live`)).rejects.toThrow();
      const answer = await slow;
      expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ waited: 1500 })]);
      expect(await started.exit).toBe(0);
    },
  );

  it('does not wait for event streams, which have no end, nor take one Ctrl-C that comes twice for two', async () => {
    const started = start({ ...issuer, SAMPLE_PORT: '0' });
    const port = await portOf(started);
    const headers = { accept: 'text/event-stream' };
    const stream = fetch(`http://127.0.0.1:${port}/v1/households/slow/30000`, { headers }).catch(
      () => 'ended',
    );
    while (!(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).includes('in_flight 2'))
      await new Promise((r) => setTimeout(r, 10));
    started.child.kill('SIGINT');
    started.child.kill('SIGINT');
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(await stream).toBe('ended');
  });

  it('cuts off what does not end in time', async () => {
    const started = start({ ...issuer, SAMPLE_PORT: '0', SHUTDOWN_TIMEOUT_MS: '200' });
    const port = await portOf(started);
    const slow = fetch(`http://127.0.0.1:${port}/v1/households/slow/30000`).catch(() => 'cut off');
    while (!(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).includes('in_flight 2'))
      await new Promise((r) => setTimeout(r, 10));
    started.child.kill('SIGTERM');
    expect(await started.exit).toBe(0);
    expect(await slow).toBe('cut off');
    expect(started.out()).toContain('requests cut off');
  });

  it('names the port that is in use, and exits with 1', async () => {
    const blocker: Server = createServer();
    blocker.listen(0, '0.0.0.0');
    await once(blocker, 'listening');
    const { port } = blocker.address() as AddressInfo;
    const started = start({ ...issuer, SAMPLE_PORT: String(port) });
    expect(await started.exit).toBe(1);
    blocker.close();
    expect(started.out()).toContain(`Port ${port} is in use`);
    expect(started.out()).toContain('SAMPLE_PORT');
    expect(started.out()).not.toContain('    at ');
  });

  it('names every variable of the environment that is not usable, and exits with 1', async () => {
    const started = start({ SAMPLE_PORT: 'abc', LOG_LEVEL: 'loud' });
    expect(await started.exit).toBe(1);
    for (const name of ['SAMPLE_PORT', 'LOG_LEVEL', 'OIDC_ISSUER']) expect(started.out()).toContain(name);
    expect(started.out()).not.toContain('    at ');
  });
});
