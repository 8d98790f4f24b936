// The stage of the loss test: its own servers, its processes, and what may happen to them.
import { connectKafka, type Kafka } from '@fupin/event-sourcing';
import {
  createDatabase,
  startKafka,
  startPostgres,
  type KafkaServer,
  type PostgresServer,
} from '@fupin/infra';
import pg from 'pg';
import { Child } from './child.js';
import { createTables, sleep, TOPIC, type Acknowledged, type ChildConfig } from './shared.js';

export class Stage {
  readonly writers: Child[];
  readonly relays = [new Child('relay'), new Child('relay')];
  readonly consumers = [new Child('consumer'), new Child('consumer')];
  readonly acknowledged: Acknowledged[] = [];
  readonly kafka: Kafka;
  pool!: pg.Pool;
  private config!: ChildConfig;
  private holding: { stop(): Promise<void> } | undefined;

  private constructor(
    private postgres: PostgresServer,
    private readonly broker: KafkaServer,
    private readonly streams: readonly string[],
    private readonly random: (from: number, to: number) => number,
  ) {
    this.kafka = connectKafka({ brokers: broker.brokers, requestTimeoutMs: 3000 });
    const onMessage = (message: unknown) => {
      if (typeof message === 'object') this.acknowledged.push(message as Acknowledged);
    };
    this.writers = [new Child('writer', onMessage), new Child('writer', onMessage)];
  }

  static async open(
    streams: readonly string[],
    random: (from: number, to: number) => number,
  ): Promise<Stage> {
    const [postgres, broker] = await Promise.all([
      startPostgres({ durable: true }),
      // So that a dead member's partitions go to the other within two seconds.
      startKafka({ settings: { 'group.min.session.timeout.ms': '1000' } }),
    ]);
    const stage = new Stage(postgres, broker, streams, random);
    await stage.useDatabase(postgres);
    return stage;
  }

  /** Starts every process; what was killed before begins anew. */
  start(): void {
    for (const child of [...this.relays, ...this.consumers, ...this.writers]) child.start(this.config);
  }

  restart(child: Child): void {
    child.start(this.config);
  }

  async finishWriters(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.finish()));
  }

  // --- what may happen -----------------------------------------------------------------------------------------------

  async killRelay(): Promise<void> {
    await this.killAndRestart(this.relays);
  }

  async killConsumer(): Promise<void> {
    await this.killAndRestart(this.consumers);
  }

  async killWriter(): Promise<void> {
    await this.killAndRestart(this.writers);
  }

  /** Long enough for its lead to go to the other relay: it wakes up with a batch in its hands. */
  async pauseRelay(): Promise<void> {
    await this.pauseOne(this.relays, 4500);
  }

  /** Long enough for its partitions to go to the other consumer: it wakes up in the middle of a transaction. */
  async pauseConsumer(): Promise<void> {
    await this.pauseOne(this.consumers, 3500);
  }

  /** By somebody who makes it again at once, or by somebody who leaves that to the relay. */
  async recreateTopic(): Promise<void> {
    await this.kafka.deleteTopic(TOPIC.name);
    for (let attempt = 0; this.random(0, 2) === 0 && attempt < 20; attempt++) {
      if (
        await this.kafka
          .createTopics([TOPIC])
          .then(() => true)
          .catch(() => false)
      )
        break;
      await sleep(20);
    }
  }

  async killBroker(): Promise<void> {
    await this.broker.kill('SIGKILL');
    await sleep(this.random(0, 500));
    await this.broker.restart();
  }

  async pauseBroker(): Promise<void> {
    await this.broker.kill('SIGSTOP');
    await sleep(2000);
    await this.broker.kill('SIGCONT');
  }

  async killDatabase(): Promise<void> {
    await this.postgres.kill('SIGKILL');
    await sleep(this.random(0, 500));
    await this.postgres.restart();
  }

  async pauseDatabase(): Promise<void> {
    await this.postgres.kill('SIGSTOP');
    await sleep(1500);
    await this.postgres.kill('SIGCONT');
  }

  /** Copies every table into a database on a fresh server, whose transaction ids are lower, and carries on there. */
  async moveToFreshServer(): Promise<void> {
    await this.finishWriters();
    await Promise.all([...this.relays, ...this.consumers].map((child) => child.kill()));
    const [oldPool, oldServer] = [this.pool, this.postgres];
    await this.holding?.stop();
    await this.useDatabase(await startPostgres({ durable: true }));
    for (const table of TABLES) await copyTable(oldPool, this.pool, table);
    await oldPool.end();
    await oldServer.stop();
    this.start();
  }

  async close(): Promise<void> {
    await Promise.all([...this.relays, ...this.consumers, ...this.writers].map((child) => child.kill()));
    await this.holding?.stop();
    await this.kafka.close();
    await this.pool.end().catch(() => undefined);
    await Promise.all([this.postgres.stop(), this.broker.stop()]);
  }

  private async useDatabase(postgres: PostgresServer): Promise<void> {
    this.postgres = postgres;
    const databaseUrl = await createDatabase(postgres.adminUrl, 'faults');
    const otherUrl = await createDatabase(postgres.adminUrl, 'other');
    this.pool = new pg.Pool({ connectionString: databaseUrl });
    this.pool.on('error', () => undefined);
    await createTables(this.pool);
    const other = new pg.Client({ connectionString: otherUrl });
    await other.connect();
    await other.query('create table held (at timestamptz default now())');
    await other.end();
    this.config = { databaseUrl, brokers: this.broker.brokers, streams: this.streams };
    const holders = [holdTransactions(databaseUrl, this.random), holdTransactions(otherUrl, this.random)];
    this.holding = { stop: async () => void (await Promise.all(holders.map((holder) => holder.stop()))) };
  }

  private async killAndRestart(children: readonly Child[]): Promise<void> {
    const child = children[this.random(0, children.length)];
    await child?.kill();
    await sleep(this.random(0, 300));
    child?.start(this.config);
  }

  private async pauseOne(children: readonly Child[], ms: number): Promise<void> {
    const child = children[this.random(0, children.length)];
    child?.pause();
    await sleep(ms);
    child?.resume();
  }
}

const TABLES = [
  'events',
  'keys',
  'relay_checkpoints',
  'rm.projector_checkpoints',
  'rm.skipped_messages',
  'rm.counted',
];

async function copyTable(from: pg.Pool, to: pg.Pool, table: string): Promise<void> {
  const { rows } = await from.query<{ row: string }>(
    `select to_jsonb(t)::text as row from ${table} t order by 1`,
  );
  for (let i = 0; i < rows.length; i += 5000) {
    const part = rows.slice(i, i + 5000).map(({ row }) => row);
    await to.query(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [
      `[${part.join(',')}]`,
    ]);
  }
}

/** Write transactions that stay open for up to two seconds, one after the other. */
function holdTransactions(
  url: string,
  random: (from: number, to: number) => number,
): { stop(): Promise<void> } {
  let running = true;
  const work = async () => {
    while (running) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        while (running) {
          await client.query('begin; insert into held default values');
          for (let ms = random(200, 2000); running && ms > 0; ms -= 100) await sleep(100);
          await client.query(random(0, 4) === 0 ? 'rollback' : 'commit');
        }
      } catch {
        await sleep(200); // the server was killed
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  };
  const done = work();
  return {
    async stop() {
      running = false;
      await done;
    },
  };
}
