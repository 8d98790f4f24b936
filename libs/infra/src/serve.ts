// Brings up the servers and keeps them until stdin closes or a signal comes; prints their addresses as one line of JSON.
// The tests' servers live in this process (src/jest-setup.ts); by hand: `npm run -s servers -w libs/infra`.
import { startServers } from './servers.js';

// Should the end come while they start, the process just ends: the supervisors notice.
let end = (): void => process.exit(1);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end());
process.stdin.resume().once('close', () => end());

try {
  const servers = await startServers({ log: (line) => process.stderr.write(`${line}\n`) });
  end = () => void servers.stop().finally(() => process.exit(0));
  const { postgres, kafka } = servers;
  const addresses = {
    databaseUrl: postgres.adminUrl,
    kafkaBrokers: kafka.brokers,
    sources: [postgres.source, kafka.source],
  };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
