import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { RegionCode } from '@fupin/domain';
import { loadDivisions } from '@fupin/domain/divisions';
import { CommandHandler } from '@fupin/event-sourcing';
import {
  assertWithin,
  createLogger,
  loadConfig,
  MetricsRegistry,
  Problem,
  ServiceConfig,
  type Caller,
  type CommandRequest,
} from '@fupin/service';
import { IsInt, IsOptional, Min } from 'class-validator';
import { Pool } from 'pg';
import { Counter } from 'prom-client';
import { CLOSED_YEAR_SCOPE } from '../household/permissions.js';
import { PolicyOfTheHouse } from '../policy-of-the-house.js';
import { open } from '../vault/cipher.js';
import { PersonVault } from '../vault/person-vault.js';
import { asProblem } from './import-problems.js';
import { importView, type ImportView } from './import.dto.js';
import { endImport, findImport, listImports, type ImportRecord } from './job/import-record.js';
import { errorsOf, outcomesOf } from './job/import-rows.js';
import { receive, type Upload } from './job/receive.js';
import { importThread, type ImportThread } from './job/run-in-thread.js';
import { startWorker, type ImportWorker } from './job/worker.js';

class ImportEnvironment {
  @IsOptional()
  @IsInt({ message: 'IMPORT_MAX_BYTES must be a whole number of bytes' })
  @Min(1, { message: 'IMPORT_MAX_BYTES must be positive' })
  IMPORT_MAX_BYTES: number = 2 * 1024 ** 3;
}

/** The imports of this registry: takes files in, runs them one after the other, shows what became of them. */
@Injectable()
export class Imports implements OnApplicationBootstrap, OnModuleDestroy {
  private worker: ImportWorker | undefined;
  private thread: ImportThread | undefined;
  private readonly maxBytes = loadConfig(ImportEnvironment).IMPORT_MAX_BYTES;

  constructor(
    readonly pool: Pool,
    private readonly handler: CommandHandler,
    private readonly vault: PersonVault,
    private readonly policies: PolicyOfTheHouse,
    private readonly config: ServiceConfig,
    private readonly metrics: MetricsRegistry,
  ) {}

  onApplicationBootstrap(): void {
    const logger = createLogger(this.config);
    const households = new Counter({
      name: 'fupin_import_households_total',
      help: 'Households of imported files, by what became of them',
      labelNames: ['outcome'] as const,
      registers: [this.metrics],
    });
    const thread = importThread({ databaseUrl: this.config.databaseUrl, keys: this.vault.keys });
    this.thread = thread;
    this.worker = startWorker({
      run: (options, record) => thread.run(options, record),
      pool: this.pool,
      handler: this.handler,
      keys: this.vault.keys,
      policy: this.policies.policy,
      divisions: loadDivisions(),
      log: (level, fields, message) => logger[level](fields, message),
      onCheckpoint: (_done, added) => {
        for (const outcome of ['accepted', 'unchanged', 'refused'] as const)
          households.inc({ outcome }, added[outcome]);
      },
    });
  }

  /** Before the store closes: the batches under way end, the rest goes on after the restart. */
  async onModuleDestroy(): Promise<void> {
    await this.worker?.stop();
    await this.thread?.close();
  }

  /** Takes a file in; `known` when the same key and file came before. Throws the problem of a file that is refused at once. */
  async start(
    request: CommandRequest,
    file: Pick<Upload, 'format' | 'region' | 'source' | 'registeredOn'>,
    stream: AsyncIterable<Uint8Array>,
  ): Promise<{ view: ImportView; known: boolean }> {
    const { caller } = request;
    this.thread?.prepare();
    const upload: Upload = {
      ...file,
      subject: caller.subject,
      actorRole: caller.actorRole,
      callerRegion: caller.region,
      mayChangeClosed: caller.hasScope(CLOSED_YEAR_SCOPE),
      correlationId: request.correlationId,
      requestKey: request.idempotency?.key,
      maxBytes: this.maxBytes,
    };
    const received = await receive(this.pool, this.vault.keys, upload, stream).catch((error: unknown) => {
      throw asProblem(error);
    });
    if (received.outcome === 'keyReused')
      throw new Problem('idempotency-key-reused', { field: 'Idempotency-Key' });
    this.worker?.wake();
    return { view: await this.view(caller, received.id), known: received.outcome === 'known' };
  }

  /** An import within the caller's region. Throws the 404 or 403 problem. */
  async view(caller: Caller, id: string): Promise<ImportView> {
    return this.show(await this.within(caller, id));
  }

  async list(region: RegionCode, before: string | undefined, limit: number): Promise<ImportView[]> {
    return (await listImports(this.pool, region, before, limit)).map((record) => this.show(record));
  }

  errors(id: string, after: number, limit: number) {
    return errorsOf(this.pool, id, after, limit);
  }

  outcomes(id: string, after: number, limit: number) {
    return outcomesOf(this.pool, id, after, limit);
  }

  /** Ends an import that is under way; what it has registered stays. Throws 409 `import-ended`. */
  async cancel(caller: Caller, id: string): Promise<ImportView> {
    const { state } = await this.within(caller, id);
    if (state !== 'waiting' && state !== 'running') throw new Problem('import-ended');
    await endImport(this.pool, id, 'cancelled');
    return this.view(caller, id);
  }

  private async within(caller: Caller, id: string): Promise<ImportRecord> {
    const record = await findImport(this.pool, id);
    if (!record)
      throw new Problem('not-found', { detail: 'There is no such import', detailZh: '没有此导入任务' });
    assertWithin(caller, record.region);
    return record;
  }

  private show(record: ImportRecord): ImportView {
    return importView(record, open(this.vault.keys, record.keyId, `${record.id}:source`, record.source));
  }
}
