import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Topic } from '@fupin/contracts';
import {
  connectKafka,
  eventMetrics,
  EventStore,
  forgetRequestsDaily,
  startRelay,
  type Kafka,
  type Relay,
} from '@fupin/event-sourcing';
import { LOGGER, MetricsRegistry, ReadinessChecks, ServiceConfig, type createLogger } from '@fupin/service';
import { Pool } from 'pg';
import { RegistryCoreModule } from './core.module.js';
import { VillageBatch } from './household/batch.js';
import { DocumentStore } from './household/document-store.js';
import { DocumentsController } from './household/rest/documents.controller.js';
import { ChangesController } from './household/rest/changes.controller.js';
import { ExitStandardController } from './household/rest/exit-standard.controller.js';
import { CorrectionsController } from './household/rest/corrections.controller.js';
import { FactsController } from './household/rest/facts.controller.js';
import { householdStream } from './household/household.stream.js';
import { HouseholdChanges } from './household/household-changes.js';
import { HouseholdsController } from './household/rest/households.controller.js';
import { ListRequests } from './household/list-requests.js';
import { StandingController } from './household/rest/standing.controller.js';
import { MembersController } from './household/rest/members.controller.js';
import { StepsController } from './household/rest/steps.controller.js';
import { VillageHouseholds } from './household/village-households.js';
import { VillageListController } from './household/rest/village-list.controller.js';
import { VillagesController } from './household/rest/villages.controller.js';
import { ImportModule } from './import/import.module.js';
import { PapersModule } from './papers/papers.module.js';
import { PolicyController } from './policy.controller.js';
import { VaultModule } from './vault/vault.module.js';
import { YearClosingsController } from './year/year-closings.controller.js';
import { yearStream } from './year/year.stream.js';

type Logger = ReturnType<typeof createLogger>;

/** Where the relay sends the households' events; a test gives a topic of its own, for a topic belongs to one database. */
export const RELAY_TOPIC = Symbol('registry:relay-topic');
/** The same for the closings of years. */
export const YEAR_RELAY_TOPIC = Symbol('registry:year-relay-topic');

/** The registry: composition root. */
@Module({
  imports: [RegistryCoreModule, ImportModule, PapersModule, VaultModule],
  controllers: [
    HouseholdsController,
    StepsController,
    FactsController,
    CorrectionsController,
    ExitStandardController,
    MembersController,
    ChangesController,
    StandingController,
    DocumentsController,
    VillageListController,
    VillagesController,
    PolicyController,
    YearClosingsController,
  ],
  providers: [
    VillageBatch,
    HouseholdChanges,
    VillageHouseholds,
    ListRequests,
    DocumentStore,
    { provide: RELAY_TOPIC, useValue: householdStream.topic },
    { provide: YEAR_RELAY_TOPIC, useValue: yearStream.topic },
  ],
})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private kafka: Kafka | undefined;
  private relay: Relay | undefined;
  private stopForgetting: (() => void) | undefined;

  constructor(
    private readonly config: ServiceConfig,
    private readonly pool: Pool,
    private readonly store: EventStore,
    private readonly metrics: MetricsRegistry,
    private readonly readiness: ReadinessChecks,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(RELAY_TOPIC) private readonly topic: Topic,
    @Inject(YEAR_RELAY_TOPIC) private readonly yearTopic: Topic,
  ) {}

  onApplicationBootstrap(): void {
    const { logger } = this;
    this.kafka = connectKafka({ brokers: this.config.kafkaBrokers, clientId: this.config.name, logger });
    this.relay = startRelay({
      pool: this.pool,
      store: this.store,
      kafka: this.kafka,
      streamTopics: new Map([
        [householdStream.name, this.topic],
        [yearStream.name, this.yearTopic],
      ]),
      source: '/fupin/registry',
      metrics: eventMetrics(this.metrics),
      logger,
    });
    this.stopForgetting = forgetRequestsDaily(this.pool, logger);
    this.readiness.add('database', () => this.pool.query('SELECT 1').then(() => 'answers'));
    this.readiness.add('relay', () => this.relay?.status());
  }

  /** Requests have been answered by now: nothing new comes, what is stored goes out, then the connections close. */
  async onApplicationShutdown(): Promise<void> {
    this.stopForgetting?.();
    await this.store.close();
    await this.relay?.stop();
    await this.kafka?.close();
    await this.pool.end();
  }
}
