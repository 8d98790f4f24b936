import { randomBytes } from 'node:crypto';
import { ActorRole } from '@fupin/contracts';
import { loadDivisions } from '@fupin/domain/divisions';
import { rowsOf, writeFormCsv, type FormHousehold, type FormRow } from '@fupin/domain/register-form';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { freshDatabase, dropDatabase } from '@fupin/infra';
import { loadPolicy } from '@fupin/policy';
import { createPool, migrate } from '@fupin/service';
import type { Pool } from 'pg';
import { MIGRATIONS } from '../../migrations/index.js';
import type { VaultKeys } from '../vault/vault-keys.js';
import { findImport, type ImportRecord } from './job/import-record.js';
import { receive, type Upload } from './job/receive.js';
import type { RunOptions } from './job/run.js';
import { startWorker } from './job/worker.js';

// A registry's database with the tools of an import, and households to import: for the specs.

export const COUNTY = '422823';
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A made-up ID number that is right in itself; each `serial` gives another one (up to about 36 million). */
export function idNumber(serial: number): string {
  const day = new Date(Date.UTC(1950, 0, 1) + (serial % 22_000) * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '');
  const area = `4228${String(20 + (Math.floor(serial / 22_000_000) % 10)).padStart(2, '0')}`;
  const body = `${area}${day}${String(Math.floor(serial / 22_000) % 1000).padStart(3, '0')}`;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + '10X98765432'[sum % 11];
}

export const villages: readonly string[] = loadDivisions()
  .villagesOf(COUNTY)
  .map((village) => village.code);

/** The n-th made-up household, of three or four persons. */
export function household(n: number, change: Partial<FormHousehold> = {}): FormHousehold {
  const size = 3 + (n % 2);
  return {
    householdNo: `F${n}`,
    villageCode: villages[Math.floor(n / 20) % villages.length] ?? '',
    groupName: `${(n % 8) + 1}组`,
    householdKind: '一般贫困户',
    mainCause: '因病',
    otherCauses: '缺技术、缺资金',
    registeredOn: '2014-06-30',
    incomeYear: '2013',
    wage: '4200.00',
    business: '5300.00',
    transfer: '860.50',
    property: '0.00',
    businessCost: '2100.00',
    housingArea: '86.5',
    housingStructure: '土坯',
    builtYear: '1996',
    electricity: '是',
    tapWater: '否',
    bank: '恩施农商银行',
    bankAccount: '6224120000000000',
    members: Array.from({ length: size }, (_, i) => ({
      name: `覃国${String.fromCharCode(0x4e00 + (n % 5000))}`,
      idNumber: idNumber(n * 4 + i),
      relation: ['本人或户主', '配偶', '之子', '之女'][i] ?? '其他',
      ethnicity: '土家族',
      education: '小学',
      schooling: '非在校生',
      health: '健康',
      workAbility: '普通劳动力',
      workplace: '省外',
      monthsWorked: '6',
      dibao: '否',
      medicalInsurance: '是',
      pension: '是',
      ...(i === 0 && { phone: '13800000000' }),
    })),
    ...change,
  };
}

export const rows = (households: readonly FormHousehold[]): FormRow[] => households.flatMap(rowsOf);

export async function csvOf(households: readonly FormHousehold[]): Promise<Uint8Array> {
  const parts: string[] = [];
  for await (const part of writeFormCsv(rows(households))) parts.push(part);
  return Buffer.from(parts.join(''));
}

export async function* chunks(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Registry extends RunOptions {
  /** Uploads a file; gives the import's id. */
  upload(bytes: Uint8Array | AsyncIterable<Uint8Array>, change?: Partial<Upload>): Promise<string>;
  /** Runs the import to its end with a worker. */
  finish(id: string): Promise<ImportRecord>;
  import(bytes: Uint8Array, change?: Partial<Upload>): Promise<ImportRecord>;
  errors(id: string): Promise<{ line: number; field: string | null; code: string }[]>;
  count(sql: string): Promise<number>;
  close(): Promise<void>;
}

/** A fresh registry database; `url` uses an existing one instead. */
export async function openRegistry(
  adminUrl: string,
  shared?: { url: string; keys: VaultKeys },
): Promise<Registry & { url: string; keys: VaultKeys }> {
  const url = shared?.url ?? (await freshDatabase(adminUrl, 'import'));
  if (!shared) await migrate({ url, migrations: MIGRATIONS });
  const pool: Pool = createPool(url, { max: 10 });
  const store = new EventStore({ pool });
  const keys = shared?.keys ?? {
    current: 'k1',
    byId: new Map([['k1', randomBytes(32)]]),
    hashKey: randomBytes(32),
    numberHash: 'hmac-sha-256' as const,
  };
  const tools: RunOptions = {
    pool,
    handler: new CommandHandler(store),
    keys,
    policy: loadPolicy(),
    divisions: loadDivisions(),
  };
  const registry: Registry = {
    ...tools,
    async upload(bytes, change = {}) {
      const upload: Upload = {
        format: 'csv',
        region: COUNTY,
        source: '2014年建档立卡登记表',
        subject: 'tester',
        actorRole: ActorRole.COUNTY,
        callerRegion: COUNTY,
        correlationId: 'spec',
        maxBytes: 1024 ** 3,
        ...change,
      };
      const received = await receive(pool, keys, upload, bytes instanceof Uint8Array ? chunks(bytes) : bytes);
      if (received.outcome === 'keyReused') throw new Error('key reused');
      return received.id;
    },
    async finish(id) {
      const worker = startWorker({ ...tools, pollMs: 50 });
      try {
        for (;;) {
          const record = await findImport(pool, id);
          if (!record) throw new Error('no such import');
          if (!['waiting', 'running'].includes(record.state)) return record;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } finally {
        await worker.stop();
      }
    },
    async import(bytes, change) {
      return registry.finish(await registry.upload(bytes, change));
    },
    async errors(id) {
      const { rows: found } = await pool.query<{ line: number; field: string | null; code: string }>(
        'select line, field, code from import_errors where import_id = $1 order by no',
        [id],
      );
      return found;
    },
    async count(sql) {
      const { rows: found } = await pool.query<{ n: string }>(`select count(*) n from ${sql}`);
      return Number(found[0]?.n);
    },
    async close() {
      await store.close();
      await pool.end();
      if (!shared) await dropDatabase(adminUrl, url);
    },
  };
  return { ...registry, url, keys };
}
