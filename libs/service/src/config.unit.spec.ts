import { IsInt, IsOptional, IsString } from 'class-validator';
import { ConfigError, loadConfig, serviceConfig } from './config.js';

const OK = {
  OIDC_ISSUER: 'http://localhost:4000',
  REGISTRY_DATABASE_URL: 'postgres://u:secret@db:5432/registry',
  KAFKA_BROKERS: 'a:9092,b:9092',
};
const faults = (env: Record<string, string>): readonly string[] => {
  try {
    serviceConfig('registry', { defaultPort: 3001 }, env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.faults : [String(error)];
  }
};

describe('serviceConfig', () => {
  it('takes the service’s own variables and its defaults', () => {
    expect(serviceConfig('registry', { defaultPort: 3001 }, OK)).toMatchObject({
      name: 'registry',
      port: 3001,
      portVariable: 'REGISTRY_PORT',
      databaseUrl: 'postgres://u:secret@db:5432/registry',
      kafkaBrokers: ['a:9092', 'b:9092'],
      oidcIssuer: 'http://localhost:4000',
      logLevel: 'info',
      bodyLimit: 1024 * 1024,
    });
  });

  it('prefers REGISTRY_PORT to PORT, and takes a database of its own on the server of DATABASE_URL', () => {
    const env = {
      OIDC_ISSUER: OK.OIDC_ISSUER,
      KAFKA_BROKERS: 'a:1',
      DATABASE_URL: 'postgres://u:p@db/postgres?sslmode=require',
    };
    expect(serviceConfig('registry', {}, { ...env, PORT: '1' }).port).toBe(1);
    expect(serviceConfig('registry', {}, { ...env, PORT: '1', REGISTRY_PORT: '2' }).port).toBe(2);
    expect(serviceConfig('registry', {}, env).databaseUrl).toBe(
      'postgres://u:p@db/fupin_registry?sslmode=require',
    );
    expect(serviceConfig('registry', {}, { ...env, ...OK }).databaseUrl).toBe(OK.REGISTRY_DATABASE_URL);
  });

  it.each([
    ['OIDC_ISSUER', ''],
    ['OIDC_ISSUER', 'localhost'],
    ['REGISTRY_PORT', '70000'],
    ['REGISTRY_PORT', '80a'],
    ['REGISTRY_DATABASE_URL', ''],
    ['REGISTRY_DATABASE_URL', 'mysql://x/y'],
    ['REGISTRY_DATABASE_URL', 'postgres://db:5432'],
    ['KAFKA_BROKERS', ''],
    ['KAFKA_BROKERS', 'localhost'],
    ['LOG_LEVEL', 'loud'],
    ['BODY_LIMIT_BYTES', '1.5'],
    ['BODY_LIMIT_BYTES', 'much'],
    ['SHUTDOWN_TIMEOUT_MS', '-1'],
  ])('refuses %s = "%s" and names it', (name, value) => {
    const found = faults({ ...OK, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(name);
  });

  it('names all faults at once and never a value', () => {
    const found = faults({
      OIDC_ISSUER: 'nowhere',
      REGISTRY_DATABASE_URL: 'mysql://u:secret@x/y',
      REGISTRY_PORT: 'x',
      LOG_LEVEL: 'x',
    });
    expect(found).toHaveLength(5);
    expect(found.join()).not.toMatch(/secret|nowhere/);
  });

  it('asks for no database and no Kafka where the service needs none', () => {
    expect(serviceConfig('sample', { needs: [] }, { OIDC_ISSUER: OK.OIDC_ISSUER })).toMatchObject({
      databaseUrl: '',
      kafkaBrokers: [],
    });
  });
});

describe('loadConfig', () => {
  class Own {
    @IsInt()
    SIZE!: number;
    @IsOptional()
    @IsString()
    NAME: string = 'none';
  }
  it('converts by the declared type, keeps defaults, ignores other variables', () => {
    expect({ ...loadConfig(Own, { SIZE: '7', NAME: '', OTHER: 'x' }) }).toEqual({ SIZE: 7, NAME: 'none' });
    expect(() => loadConfig(Own, { SIZE: 'x' })).toThrow(/SIZE must be an integer/);
    expect(() => loadConfig(Own, {})).toThrow(ConfigError);
  });
});
