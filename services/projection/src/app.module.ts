import { createPool, loadConfig, ServiceConfig } from '@fupin/service';
import { Module } from '@nestjs/common';
import pg from 'pg';
import { ProjectionConfig } from './config.js';
import { ConsoleController } from './console/console.controller.js';
import { FigureController } from './figure-events/figure.controller.js';
import { FindingController } from './finding/finding.controller.js';
import { HouseholdController } from './household/household.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { ProjectorController } from './projector/projector.controller.js';
import { ProjectorService } from './projector/projector.service.js';
import { CompareController } from './roll-up/compare.controller.js';
import { RollUpController } from './roll-up/roll-up.controller.js';
import { RuralPopulationController } from './rural-population/rural-population.controller.js';
import { YearController } from './year/year.controller.js';

/** Connections: one per partition at work, the rest for queries and exports. */
const CONNECTIONS = 20;

@Module({
  controllers: [
    HouseholdController,
    LedgerController,
    CompareController,
    FigureController,
    YearController,
    FindingController,
    RollUpController,
    RuralPopulationController,
    ProjectorController,
    ConsoleController,
  ],
  providers: [
    {
      provide: pg.Pool,
      inject: [ServiceConfig],
      useFactory: (config: ServiceConfig) =>
        createPool(config.databaseUrl, { max: CONNECTIONS, name: 'fupin projection' }),
    },
    { provide: ProjectionConfig, useFactory: () => loadConfig(ProjectionConfig) },
    ProjectorService,
  ],
})
export class AppModule {}
