import { leftOvers, startOwner } from './run.js';

describe('nothing outlives the program that started it', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'PostgreSQL and Kafka end with it on %s',
    async (signal) => {
      const { child, servers, ended } = await startOwner('wait');
      expect(servers).toHaveLength(2);
      child.kill(signal);
      await ended;
      expect(await leftOvers(servers)).toEqual([]);
    },
  );

  it.each(['exit', 'throw', 'stop'])('PostgreSQL ends with it on %s', async (ending) => {
    const { servers, ended } = await startOwner(ending);
    await ended;
    expect(await leftOvers(servers)).toEqual([]);
  });

  it('a paused server ends, too', async () => {
    const { child, servers, ended } = await startOwner('wait');
    for (const { pid } of servers) process.kill(pid, 'SIGSTOP');
    child.kill('SIGKILL');
    await ended;
    expect(await leftOvers(servers)).toEqual([]);
  });

  it('a server that was killed before leaves no folder either', async () => {
    const { child, servers, ended } = await startOwner('wait');
    for (const { pid } of servers) process.kill(pid, 'SIGKILL');
    child.kill('SIGKILL');
    await ended;
    expect(await leftOvers(servers)).toEqual([]);
  });
});
