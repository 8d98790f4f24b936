// The registry as a client meets it: started over real PostgreSQL and Kafka, spoken to over HTTP.
import { randomBytes, randomInt } from 'node:crypto';
import { Writable } from 'node:stream';
import { HOUSEHOLD_TOPIC } from '@fupin/contracts';
import { connectKafka, type IncomingMessage } from '@fupin/event-sourcing';
import { freshDatabase } from '@fupin/infra';
import { createPool, startService, type RunningService } from '@fupin/service';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@fupin/service/development-issuer';
import type { Pool } from 'pg';
import { AppModule } from '../src/app.module.js';
import { registryOptions } from '../src/options.js';

/** 巴东县东瀼口镇陈家岭村, and its neighbour. */
export const VILLAGE = '422823101201';
export const NEIGHBOUR = '422823101202';
export const COUNTY = '422823';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies are checked field by field by the specs
  readonly body: any;
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
  const registry = await startService(AppModule, {
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
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
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
        for (;;) {
          const found: IncomingMessage[] = [];
          for await (const message of kafka.readTopic(HOUSEHOLD_TOPIC)) {
            if (streamIds.has(message.key)) found.push(message);
          }
          if (found.length >= count) return found;
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

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An ID number with a right check digit that hardly repeats: county, a day of birth, a running number. */
export function idNumber(): string {
  const day = String(randomInt(1, 29)).padStart(2, '0');
  const month = String(randomInt(1, 13)).padStart(2, '0');
  const body = `422823${randomInt(1930, 2013)}${month}${day}${String(randomInt(0, 1000)).padStart(3, '0')}`;
  return body + checkDigit(body);
}

export function checkDigit(body: string): string {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(body[index]), 0);
  return '10X98765432'.charAt(sum % 11);
}

export const DOCUMENT = '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e01';
export const evidence = (datedOn: string) => ({ source: 'householdVisit', datedOn, documentId: DOCUMENT });

export const person = (relation: string, rest: Record<string, unknown> = {}) => ({
  name: '向春梅',
  idNumber: idNumber(),
  relation: { code: relation },
  ...rest,
});

export const application = (occurredOn = '2016-01-05', rest: Record<string, unknown> = {}) => ({
  villageCode: VILLAGE,
  occurredOn,
  entryKind: 'identified',
  householdKind: 'ordinary',
  address: '三组十二号门牌',
  members: [
    person('01', { name: '覃守义', phone: '13971234567', bankAccount: '6217002870012345678', ethnicity: { code: '07' } }),
    person('02', { name: '阿依古丽·买买提江', ethnicity: { system: 'gb3304', code: '05' } }),
    person('04', { name: '覃𠀀', health: { code: '02' } }),
  ],
  causes: { main: { code: '01' }, others: [{ code: '07' }] },
  authorisation: { signedOn: occurredOn, documentId: DOCUMENT },
  ...rest,
});

export const GUARANTEES = ['food', 'clothing', 'compulsoryEducation', 'basicMedicalCare', 'safeHousing'];
export const findings = (datedOn: string, names = GUARANTEES) =>
  names.map((guarantee) => ({ guarantee, holds: true, evidence: evidence(datedOn) }));

/** A survey of three persons with this income per head in yuan. */
export const survey = (occurredOn: string, year: number, perHead: number) => ({
  occurredOn,
  year,
  wage: (perHead * 3).toFixed(2),
  business: '0.00',
  transfer: '0.00',
  property: '0.00',
  businessCost: '0.00',
  evidence: evidence(occurredOn),
});

/** The steps after the first one of identification or return within a month, as path and body. */
export const chain = (month: string, procedure: 'identification' | 'return'): [string, Record<string, unknown>][] => [
  ['democratic-reviews', { occurredOn: `${month}-06`, procedure, participants: 30, votesFor: 28, votesAgainst: 1 }],
  ['verifications', { occurredOn: `${month}-07`, procedure, confirmed: true, evidence: evidence(`${month}-07`) }],
  ['data-comparisons', { occurredOn: `${month}-07`, procedure, hits: [] }],
  ['public-notices', { occurredOn: `${month}-08`, procedure, level: 'village' }],
  ['township-reviews', { occurredOn: `${month}-16`, procedure, approved: true }],
  ['public-notices', { occurredOn: `${month}-17`, procedure, level: 'township' }],
  ['county-reviews', { occurredOn: `${month}-25`, procedure, approved: true }],
  ['announcements', { occurredOn: `${month}-26`, procedure }],
];

export const exitSteps = (month: string): [string, Record<string, unknown>][] => [
  ['democratic-reviews', { occurredOn: `${month}-02`, procedure: 'exit', participants: 30, votesFor: 28, votesAgainst: 1 }],
  ['verifications', { occurredOn: `${month}-03`, procedure: 'exit', confirmed: true, evidence: evidence(`${month}-03`) }],
  ['acknowledgements', { occurredOn: `${month}-04`, documentId: DOCUMENT }],
  ['public-notices', { occurredOn: `${month}-05`, procedure: 'exit', level: 'village' }],
  ['announcements', { occurredOn: `${month}-13`, procedure: 'exit' }],
];

/** Takes steps that must all succeed; gives the last answer. */
export async function take(harness: Harness, id: string, steps: [string, Record<string, unknown>][]): Promise<Answer> {
  let last: Answer | undefined;
  for (const [path, body] of steps) {
    last = await harness.post(`/v1/households/${id}/${path}`, body);
    if (last.status !== 201) throw new Error(`${path}: ${last.status} ${JSON.stringify(last.body)}`);
  }
  if (!last) throw new Error('no steps');
  return last;
}

/** A household that has been identified in a month; gives its id. */
export async function identified(harness: Harness, month = '2016-01', rest: Record<string, unknown> = {}): Promise<string> {
  const filed = await harness.post('/v1/households', application(`${month}-05`, rest));
  if (filed.status !== 201) throw new Error(JSON.stringify(filed.body));
  const id = String(filed.body.id);
  await take(harness, id, chain(month, 'identification'));
  return id;
}
