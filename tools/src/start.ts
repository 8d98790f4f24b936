/**
 * `npm start`: brings up PostgreSQL, Kafka and all services on this machine, plays the sample county once, and stays until
 * Ctrl-C, which ends everything it started. Data lives in .data/ and survives a restart. `-- --help` lists the options.
 */
import { loadDivisions } from '@fupin/domain/divisions';
import { databaseUrl, startServers, type Servers } from '@fupin/infra';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@fupin/service/development-issuer';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { end, run, untilReady, type Running } from './processes.js';
import { forgetServers, rememberServers } from './running-servers.js';
import { playSample } from './sample/play.js';
import { developmentSecrets } from './secrets.js';
import { SERVICES, type ServiceName } from './services.js';

const root = join(import.meta.dirname, '..', '..');
const dataDir = join(root, '.data');

const HELP = `npm start [-- options]

  --county CODE      county of the sample data, six digits (default 422823, 巴东县)
  --households N     households registered at first (default 3000)
  --no-sample        no sample data
  --reset            throw away .data/ first
  --help             this text

Environment: DATABASE_URL, KAFKA_BROKERS, OIDC_ISSUER use servers of yours; PROJECTION_PORT (3000), REGISTRY_PORT (3001),
POSTGRES_PORT (5432), KAFKA_PORT (9092) set ports. Without DATABASE_URL and KAFKA_BROKERS the servers come from Docker where an engine
answers, and are started from packages otherwise (Java 17 and Maven are needed then).
`;

const portOf = (service: (typeof SERVICES)[number]): number =>
  Number(process.env[`${service.name.toUpperCase()}_PORT`] ?? service.port);

interface Options {
  readonly county: string;
  readonly households: number;
  readonly sample: boolean;
  readonly reset: boolean;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      county: { type: 'string', default: '422823' },
      households: { type: 'string', default: '3000' },
      sample: { type: 'boolean', default: true },
      reset: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowNegative: true,
  });
  if (values.help) return undefined;
  const households = Number(values.households);
  if (!Number.isInteger(households) || households < 1 || households > 200_000)
    throw new Error('--households must be a whole number from 1 to 200000');
  if (!/^\d{6}$/.test(values.county) || !loadDivisions().exists(values.county))
    throw new Error(
      `--county ${values.county}: no such county; give the six digits of one in Hubei or Hunan`,
    );
  return { county: values.county, households, sample: values.sample, reset: values.reset };
}

const say = (line: string): void => console.log(line);

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) {
    say(HELP);
    return;
  }
  if (options.reset) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(join(dataDir, 'logs'), { recursive: true });

  let servers: Servers | undefined;
  let issuer: DevelopmentIssuer | undefined;
  const running: Running<ServiceName>[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await Promise.all(running.map((service) => end(service)));
      await issuer?.stop();
      await servers?.stop();
      forgetServers(dataDir);
    })();
    return stopping;
  };
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => interrupted.abort());
  const onInterrupt = new Promise<'interrupted'>((resolve) =>
    interrupted.signal.addEventListener('abort', () => resolve('interrupted')),
  );

  const bringUp = async (): Promise<'ready'> => {
    const began = Date.now();
    say('PostgreSQL and Kafka …');
    servers = await startServers({
      dataDir,
      ports: {
        postgres: Number(process.env['POSTGRES_PORT'] ?? 5432),
        kafka: Number(process.env['KAFKA_PORT'] ?? 9092),
      },
      log: say,
    });
    rememberServers(dataDir, {
      DATABASE_URL: servers.postgres.adminUrl,
      KAFKA_BROKERS: servers.kafka.brokers,
    });
    const secrets = developmentSecrets(join(dataDir, 'secrets.json'));
    if (!process.env['OIDC_ISSUER'])
      issuer = await startDevelopmentIssuer({
        port: secrets.issuerPort,
        keyFile: join(dataDir, 'issuer-key.json'),
      });
    for (const service of SERVICES) {
      if (interrupted.signal.aborted) break;
      const own = `${service.name.toUpperCase()}_DATABASE_URL`;
      running.push(
        run(
          service.name,
          join(root, 'services', service.name, 'dist', 'src', 'main.js'),
          {
            [`${service.name.toUpperCase()}_PORT`]: String(portOf(service)),
            [own]: process.env[own] ?? databaseUrl(servers.postgres.adminUrl, `fupin_${service.name}`),
            KAFKA_BROKERS: servers.kafka.brokers,
            ...(issuer && { OIDC_ISSUER: issuer.issuer, OIDC_JWKS_URI: issuer.jwksUri }),
            ...secrets.environment,
          },
          join(dataDir, 'logs', `${service.name}.log`),
        ),
      );
    }
    const urls = Object.fromEntries(
      SERVICES.map((service) => [service.name, `http://127.0.0.1:${portOf(service)}`]),
    ) as Record<ServiceName, string>;
    say('services …');
    await Promise.all(
      running.map((service) => untilReady(service, `${urls[service.name]}/health/ready`, 60_000)),
    );
    const token = (claims: { role: string; region: string; scope: string }): Promise<string> => {
      if (!issuer)
        throw new Error(
          'the sample data needs the development issuer: start with --no-sample when OIDC_ISSUER is set',
        );
      return issuer.token({ ...claims, sub: 'npm-start' });
    };
    if (options.sample && issuer)
      await playSample({ ...options, urls, token, dataDir, say, signal: interrupted.signal });
    const county = await issuer?.token({
      role: 'county',
      region: options.county,
      scope: DEVELOPMENT_SCOPE,
      sub: 'development-county',
    });
    say(`\nFupin is ready (${((Date.now() - began) / 1000).toFixed(0)} s)\n`);
    say(`  console      ${urls.projection}/`);
    say(`  projection   ${urls.projection}/docs`);
    say(`  registry     ${urls.registry}/docs`);
    say(`  Kafka        ${servers.kafka.brokers}`);
    say(`  PostgreSQL   ${servers.postgres.adminUrl.replace(/\/\/[^@]*@/, '//…@')}`);
    if (county !== undefined && issuer) {
      say(
        `\nToken of a county officer of ${options.county} for development (12 hours; another one: POST ${issuer.tokenEndpoint} role, region, scope):\n`,
      );
      say(`export TOKEN=${county}\n`);
    }
    say('Ctrl-C ends everything; the data stays in .data/.');
    return 'ready';
  };

  try {
    const first = await Promise.race([bringUp(), onInterrupt]);
    if (first === 'ready') {
      const fallen = Promise.race(running.map(async (service) => ({ service, code: await service.ended })));
      const why = await Promise.race([fallen, onInterrupt]);
      if (why !== 'interrupted')
        throw new Error(
          `${why.service.name} ended by itself (exit code ${why.code}); its log is ${why.service.logFile}`,
        );
    }
  } finally {
    say('\nstopping …');
    await stop();
  }
}

/** What the printed token may do beside its role: enough for every example of the README. */
const DEVELOPMENT_SCOPE =
  'person:read person:search audit:read document:read history:write closed-year:write';

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();
