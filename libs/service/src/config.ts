import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, IsUrl, Matches, Max, Min, validateSync } from 'class-validator';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown at boot when the environment is not usable; the message names each variable and says what it should be. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and validates environment variables. The properties of `schema` are named as the variables are and carry
 * class-validator decorators; numbers are converted by their declared type, empty strings count as absent.
 * Values are never part of the error (they may be secrets). Throws `ConfigError`.
 */
export function loadConfig<T extends object>(schema: new () => T, env: Environment = process.env): T {
  const present = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
    ),
  );
  const config = plainToInstance(schema, present, {
    enableImplicitConversion: true,
    exposeDefaultValues: true,
  });
  const faults = validateSync(config, {
    whitelist: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  if (faults.length > 0)
    throw new ConfigError(
      faults.flatMap((fault) => Object.values(fault.constraints ?? { _: `${fault.property} is wrong` })),
    );
  return config;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const WEB = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };

class CommonEnvironment {
  @IsUrl(WEB, { message: 'OIDC_ISSUER must be the http(s) address of the identity provider' })
  OIDC_ISSUER!: string;

  @IsOptional()
  @IsUrl(WEB, { message: 'OIDC_JWKS_URI must be an http(s) address' })
  OIDC_JWKS_URI?: string;

  @IsOptional()
  @IsString()
  OIDC_AUDIENCE?: string;

  @IsOptional()
  @IsIn(LEVELS, { message: `LOG_LEVEL must be one of ${LEVELS.join(', ')}` })
  LOG_LEVEL: (typeof LEVELS)[number] = 'info';

  @IsOptional()
  @IsString()
  BIND_ADDRESS: string = '0.0.0.0';

  @IsOptional()
  @IsInt({ message: 'BODY_LIMIT_BYTES must be a whole number of bytes' })
  @Min(1024, { message: 'BODY_LIMIT_BYTES must be at least 1024' })
  BODY_LIMIT_BYTES: number = 1024 * 1024;

  @IsOptional()
  @IsInt({ message: 'SHUTDOWN_TIMEOUT_MS must be a whole number of milliseconds' })
  @Min(0, { message: 'SHUTDOWN_TIMEOUT_MS must not be negative' })
  @Max(600_000, { message: 'SHUTDOWN_TIMEOUT_MS must be at most 600000' })
  SHUTDOWN_TIMEOUT_MS: number = 25_000;

  @IsOptional()
  @Matches(/^[^\s,:]+:\d{1,5}(,[^\s,:]+:\d{1,5})*$/, {
    message: 'KAFKA_BROKERS must be host:port[,host:port…]',
  })
  KAFKA_BROKERS?: string;
}

/** What every service needs to run. A class, so that it can be injected: `constructor(config: ServiceConfig)`. */
export class ServiceConfig {
  constructor(
    readonly name: string,
    readonly host: string,
    /** 0 takes any free port. */
    readonly port: number,
    /** The variable that sets the port, for messages. */
    readonly portVariable: string,
    /** Empty when the service said that it needs no database. */
    readonly databaseUrl: string,
    /** Empty when the service said that it needs no Kafka. */
    readonly kafkaBrokers: readonly string[],
    readonly oidcIssuer: string,
    readonly oidcJwksUri: string | undefined,
    readonly oidcAudience: string | undefined,
    readonly logLevel: (typeof LEVELS)[number],
    /** Largest JSON body, in bytes. */
    readonly bodyLimit: number,
    /** How long in-flight requests may take to end after SIGTERM, in milliseconds. */
    readonly shutdownTimeoutMs: number,
  ) {}
}

export interface ServiceNeeds {
  readonly defaultPort?: number;
  /** What the service cannot do without; both by default. */
  readonly needs?: readonly ('database' | 'kafka')[];
}

/**
 * The configuration of the service called `name` ('registry'): its own variables carry its name as prefix
 * (`REGISTRY_PORT`, `REGISTRY_DATABASE_URL`). `PORT` and `DATABASE_URL` serve where those are absent; each service has a
 * database of its own, so with `DATABASE_URL` alone the database `fupin_<name>` on that server is taken.
 * Throws `ConfigError` that names the variables at fault.
 */
export function serviceConfig(
  name: string,
  options: ServiceNeeds = {},
  env: Environment = process.env,
): ServiceConfig {
  const faults: string[] = [];
  const needs = options.needs ?? ['database', 'kafka'];
  const prefix = name.toUpperCase().replaceAll('-', '_');
  const common = collect(faults, () => loadConfig(CommonEnvironment, env));

  const portVariable = `${prefix}_PORT`;
  const [portName, portText] = env[portVariable] ? [portVariable, env[portVariable]] : ['PORT', env['PORT']];
  const port = portText ? Number(portText) : (options.defaultPort ?? 0);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    faults.push(`${portName} must be a port, 0 to 65535`);

  const databaseUrl = needs.includes('database')
    ? (collect(faults, () => databaseUrlOf(name, env)) ?? '')
    : '';
  if (needs.includes('kafka') && !env['KAFKA_BROKERS'])
    faults.push('KAFKA_BROKERS is missing: host:port[,host:port…]');
  if (faults.length > 0 || !common) throw new ConfigError(faults);

  return new ServiceConfig(
    name,
    common.BIND_ADDRESS,
    port,
    portVariable,
    databaseUrl,
    common.KAFKA_BROKERS?.split(',') ?? [],
    common.OIDC_ISSUER,
    common.OIDC_JWKS_URI,
    common.OIDC_AUDIENCE,
    common.LOG_LEVEL,
    common.BODY_LIMIT_BYTES,
    common.SHUTDOWN_TIMEOUT_MS,
  );
}

/**
 * Address of the database of the service called `name`: `<NAME>_DATABASE_URL`, or the database `fupin_<name>` on the server of
 * `DATABASE_URL`. Throws `ConfigError`.
 */
export function databaseUrlOf(name: string, env: Environment = process.env): string {
  const snake = name.replaceAll('-', '_');
  const own = `${snake.toUpperCase()}_DATABASE_URL`;
  const text = env[own] || env['DATABASE_URL'];
  if (!text)
    throw new ConfigError([
      `${own} (or DATABASE_URL) is missing: postgres://user:password@host:port/database`,
    ]);
  const named = env[own] ? own : 'DATABASE_URL';
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol))
    throw new ConfigError([`${named} must be a postgres:// address`]);
  const url = new URL(text);
  if (!env[own]) url.pathname = `/fupin_${snake}`;
  else if (url.pathname.length < 2)
    throw new ConfigError([`${named} must name a database: postgres://…/database`]);
  return url.toString();
}

function collect<T>(faults: string[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    faults.push(...error.faults);
    return undefined;
  }
}
