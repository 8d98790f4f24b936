/**
 * The development issuer as a process of its own, for docker-compose.yml: PORT, BIND_ADDRESS, ISSUER_URL (the `iss` of its
 * tokens, as the services reach it). Its key lives as long as the process does.
 */
import { startDevelopmentIssuer } from './development-issuer.js';
import { exitOnSignals } from './shutdown.js';

exitOnSignals();
const { PORT, BIND_ADDRESS, ISSUER_URL } = process.env;
const { issuer } = await startDevelopmentIssuer({
  port: Number(PORT ?? 0),
  ...(BIND_ADDRESS && { host: BIND_ADDRESS }),
  ...(ISSUER_URL && { url: ISSUER_URL }),
});
const line = { level: 'warn', service: 'development-issuer', issuer, msg: 'gives tokens to anybody' };
process.stdout.write(`${JSON.stringify(line)}\n`);
