import { startService } from '@fupin/service';
import type { RunningService } from '@fupin/service';
import { startDevelopmentIssuer } from '@fupin/service/development-issuer';
import type { DevelopmentClaims } from '@fupin/service/development-issuer';
import { AppModule } from '../src/app.module.js';
import { options } from '../src/options.js';

export interface TestService {
  readonly service: RunningService;
  /** GET with a token; `of` says whose (the county's own office by default). */
  get(path: string, of?: Partial<DevelopmentClaims>, headers?: Record<string, string>): Promise<Response>;
  send(
    method: 'POST' | 'PUT',
    path: string,
    body: unknown,
    of?: Partial<DevelopmentClaims>,
  ): Promise<Response>;
  stop(): Promise<void>;
}

const COUNTY_OFFICE: DevelopmentClaims = { role: 'county', region: '422823' };

/** The whole service on this database; without Kafka its projector waits for one, and queries work all the same. */
export async function testService(databaseUrl: string, kafkaBrokers = '127.0.0.1:1'): Promise<TestService> {
  const issuer = await startDevelopmentIssuer();
  const service = await startService(AppModule, {
    ...options,
    env: {
      PROJECTION_DATABASE_URL: databaseUrl,
      PROJECTION_PORT: '0',
      KAFKA_BROKERS: kafkaBrokers,
      OIDC_ISSUER: issuer.issuer,
      OIDC_JWKS_URI: issuer.jwksUri,
      BIND_ADDRESS: '127.0.0.1',
      LOG_LEVEL: process.env['PROJ_LOG'] ?? 'silent',
    },
  });
  const authorization = async (of: Partial<DevelopmentClaims>) =>
    `Bearer ${await issuer.token({ ...COUNTY_OFFICE, ...of })}`;
  return {
    service,
    get: async (path, of = {}, headers = {}) =>
      fetch(service.url + path, { headers: { authorization: await authorization(of), ...headers } }),
    send: async (method, path, body, of = {}) =>
      fetch(service.url + path, {
        method,
        headers: { authorization: await authorization(of), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    stop: async () => {
      await service.close();
      await issuer.stop();
    },
  };
}
