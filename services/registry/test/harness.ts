// The registry as a client meets it: started over real PostgreSQL and Kafka, spoken to over HTTP.
import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { HOUSEHOLD_TOPIC, YEAR_TOPIC, type Topic } from '@fupin/contracts';
import { connectKafka, type IncomingMessage } from '@fupin/event-sourcing';
import { freshDatabase } from '@fupin/infra';
import { createPool, startService, type RunningService } from '@fupin/service';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@fupin/service/development-issuer';
import type { Pool } from 'pg';
import { AppModule, RELAY_TOPIC, YEAR_RELAY_TOPIC } from '../src/app.module.js';
import { registryOptions } from '../src/options.js';
import { application, chain, COUNTY } from './bodies.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A list whose first entries a spec may name without asking whether they are there: `expect` will tell. */
type List<T> = readonly T[] & Readonly<Record<0 | 1 | 2 | 3, T>>;

/** Whatever an answer may hold: the specs name what they expect of each. */
export interface Body {
  readonly id: string;
  readonly version: string;
  readonly position: string;
  readonly status: string | number;
  readonly type: string;
  readonly detail: string;
  readonly detailZh: string;
  readonly name: string;
  readonly householdNo: string;
  readonly householdId: string;
  readonly personId: string;
  readonly objectionId: string;
  readonly next: string | undefined;
  readonly events: readonly { readonly type: string }[];
  readonly members: readonly { readonly personId: string }[];
  readonly incomeSurveys: readonly unknown[];
  readonly parameters: readonly unknown[];
  readonly procedure: { readonly openObjections: readonly string[] };
  readonly errors: List<{
    readonly code: string;
    readonly field: string;
    readonly ruleId: string;
    readonly quote: string;
  }>;
  readonly items: List<Item>;
  /** Of an import. */
  readonly state: string;
  readonly bytes: number;
  readonly bytesRead: number;
}

/** A row of a list, an outcome of a batch or an event of a household. */
export interface Item {
  readonly id: string;
  readonly householdId: string;
  readonly headName: string | undefined;
  readonly problem: unknown;
  readonly version: number;
  readonly type: string;
  readonly rules: readonly unknown[];
  readonly event: { readonly evidenceEventIds: readonly string[] };
}

export interface Harness {
  readonly registry: RunningService;
  readonly issuer: DevelopmentIssuer;
  readonly pool: Pool;
  /** Everything the service has logged. */
  logs(): string;
  token(role: string, region: string, scope?: string): Promise<string>;
  post(path: string, body: unknown, options?: RequestOptions): Promise<Answer>;
  get(path: string, options?: RequestOptions): Promise<Answer>;
  /** Messages of these streams on Kafka, once there are at least `count`. */
  messages(streamIds: ReadonlySet<string>, count: number): Promise<IncomingMessage[]>;
  stop(): Promise<void>;
}

export interface RequestOptions {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is instead of JSON of the body. */
  readonly raw?: string;
}

export async function startHarness(): Promise<Harness> {
  process.env['VAULT_KEYS'] = `k1:${randomBytes(32).toString('base64')}`;
  process.env['VAULT_HASH_KEY'] = randomBytes(32).toString('base64');
  const issuer = await startDevelopmentIssuer();
  const url = await freshDatabase(process.env['TEST_DATABASE_URL'] ?? '', 'registry_e2e');
  let logged = '';
  // A topic belongs to one database: every harness has its own of both.
  const own = randomBytes(6).toString('hex');
  const topic: Topic = { ...HOUSEHOLD_TOPIC, name: `${HOUSEHOLD_TOPIC.name}.${own}` };
  const yearTopic: Topic = { ...YEAR_TOPIC, name: `${YEAR_TOPIC.name}.${own}` };
  const module = {
    module: AppModule,
    providers: [
      { provide: RELAY_TOPIC, useValue: topic },
      { provide: YEAR_RELAY_TOPIC, useValue: yearTopic },
    ],
  };
  const registry = await startService(module, {
    ...registryOptions,
    env: {
      REGISTRY_DATABASE_URL: url,
      KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'],
      OIDC_ISSUER: issuer.issuer,
      LOG_LEVEL: 'trace',
      BIND_ADDRESS: '127.0.0.1',
      REGISTRY_PORT: '0',
    },
    logTo: new Writable({
      write(chunk, _encoding, done) {
        logged += String(chunk);
        done();
      },
    }),
  });
  const pool = createPool(url);
  const byDefault = await issuer.token({ role: 'county', region: COUNTY, scope: 'history:write' });

  async function call(method: string, path: string, body: unknown, options: RequestOptions): Promise<Answer> {
    const response = await fetch(`${registry.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${options.token ?? byDefault}`,
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(method === 'POST' && { body: options.raw ?? JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as Body,
    };
  }

  return {
    registry,
    issuer,
    pool,
    logs: () => logged,
    token: (role, region, scope) => issuer.token({ role, region, ...(scope !== undefined && { scope }) }),
    post: (path, body, options = {}) => call('POST', path, body, options),
    get: (path, options = {}) => call('GET', path, undefined, options),
    async messages(streamIds, count) {
      const kafka = connectKafka({ brokers: process.env['TEST_KAFKA_BROKERS'] ?? '' });
      try {
        for (const deadline = Date.now() + 30_000; ;) {
          const found: IncomingMessage[] = [];
          try {
            for (const one of [topic, yearTopic])
              for await (const message of kafka.readTopic(one))
                if (streamIds.has(message.key)) found.push(message);
          } catch (error) {
            // A topic that has just been made has no leader for a moment.
            if (!/leader|metadata|topic-partition/i.test(String(error))) throw error;
          }
          if (found.length >= count) return found;
          if (Date.now() > deadline) {
            const { body } = await call('GET', '/health/ready', undefined, {});
            throw new Error(`${found.length} of ${count} messages on ${topic.name}; ${JSON.stringify(body)}`);
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      } finally {
        await kafka.close();
      }
    },
    async stop() {
      await pool.end();
      await registry.close();
      await issuer.stop();
    },
  };
}

/** Takes steps that must all succeed; gives the last answer. */
export async function take(
  harness: Harness,
  id: string,
  steps: [string, Record<string, unknown>][],
): Promise<Answer> {
  let last: Answer | undefined;
  for (const [path, body] of steps) {
    last = await harness.post(`/v1/households/${id}/${path}`, body);
    if (last.status !== 201) throw new Error(`${path}: ${last.status} ${JSON.stringify(last.body)}`);
  }
  if (!last) throw new Error('no steps');
  return last;
}

/** A household that has been identified in a month; gives its id. */
export async function identified(
  harness: Harness,
  month = '2016-01',
  rest: Record<string, unknown> = {},
): Promise<string> {
  const filed = await harness.post('/v1/households', application(`${month}-05`, rest));
  if (filed.status !== 201) throw new Error(JSON.stringify(filed.body));
  const { id } = filed.body;
  await take(harness, id, chain(month, 'identification'));
  return id;
}

/** Everything the database holds, by table: what a refused request must leave as it was. */
async function everything(harness: Harness): Promise<Record<string, number>> {
  const tables = [
    'events',
    'keys',
    'household_directory',
    'household_numbers',
    'person_vault',
    'vault_notes',
    'year_closings',
  ];
  const counts = await Promise.all(
    tables.map((table) => harness.pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)),
  );
  return Object.fromEntries(tables.map((table, index) => [table, Number(counts[index]?.rows[0]?.count)]));
}

/** Sends what must be refused; checks that it is a problem document and that nothing changed. */
export async function refused(
  harness: Harness,
  path: string,
  body: unknown,
  options?: RequestOptions,
): Promise<Answer> {
  const before = await everything(harness);
  const answer = await harness.post(path, body, options);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/^urn:fupin:problem:/),
    status: answer.status,
  });
  expect(await everything(harness)).toEqual(before);
  return answer;
}
