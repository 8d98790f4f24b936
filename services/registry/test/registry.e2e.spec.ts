import { randomBytes } from 'node:crypto';
import { startService, type RunningService } from '@fupin/service';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@fupin/service/development-issuer';
import { freshDatabase } from '@fupin/infra';
import { AppModule } from '../src/app.module.js';
import { registryOptions } from '../src/options.js';

let issuer: DevelopmentIssuer;
let registry: RunningService;

beforeAll(async () => {
  process.env['VAULT_KEYS'] = `k1:${randomBytes(32).toString('base64')}`;
  process.env['VAULT_HASH_KEY'] = randomBytes(32).toString('base64');
  issuer = await startDevelopmentIssuer();
  const url = await freshDatabase(process.env['TEST_DATABASE_URL']!, 'registry_e2e');
  registry = await startService(AppModule, {
    ...registryOptions,
    env: {
      REGISTRY_DATABASE_URL: url,
      KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'],
      OIDC_ISSUER: issuer.issuer,
      LOG_LEVEL: 'info',
      REGISTRY_PORT: '0',
    },
  });
});

afterAll(async () => {
  await registry?.close();
  await issuer?.stop();
});

it('boots', async () => {
  const answer = await fetch(`${registry.url}/health/ready`);
  console.log(answer.status, await answer.text());
});
