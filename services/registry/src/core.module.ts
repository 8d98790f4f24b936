import { Module } from '@nestjs/common';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { loadPolicy } from '@fupin/policy';
import { createPool, migrate, ServiceConfig } from '@fupin/service';
import { Pool } from 'pg';
import { Registry1700000000001 } from '../migrations/1-registry.js';
import { Import1700000000002 } from '../migrations/2-import.js';
import { HouseholdDesk } from './household/household-desk.js';
import { PolicyOfTheHouse } from './policy-of-the-house.js';
import { HouseholdDirectory } from './household/household-directory.js';
import { PersonVault } from './vault/person-vault.js';
import { readVaultKeys } from './vault/vault-keys.js';
import { Villages } from './villages.js';

/** What other parts of the registry (the bulk import) build upon. */
const SHARED = [
  Pool,
  EventStore,
  CommandHandler,
  HouseholdDesk,
  HouseholdDirectory,
  PersonVault,
  PolicyOfTheHouse,
  Villages,
];

/** Database, store, vault and what is looked up: shared by the parts of the registry. */
@Module({
  providers: [
    {
      provide: Pool,
      inject: [ServiceConfig],
      useFactory: async (config: ServiceConfig) => {
        await migrate({ url: config.databaseUrl, migrations: [Registry1700000000001, Import1700000000002] });
        return createPool(config.databaseUrl, { name: config.name, max: 16 });
      },
    },
    { provide: EventStore, inject: [Pool], useFactory: (pool: Pool) => new EventStore({ pool }) },
    {
      provide: CommandHandler,
      inject: [EventStore],
      useFactory: (store: EventStore) => new CommandHandler(store),
    },
    { provide: PolicyOfTheHouse, useFactory: () => new PolicyOfTheHouse(loadPolicy()) },
    {
      provide: PersonVault,
      inject: [Pool],
      useFactory: (pool: Pool) => new PersonVault(pool, readVaultKeys()),
    },
    HouseholdDirectory,
    HouseholdDesk,
    Villages,
  ],
  exports: SHARED,
})
export class RegistryCoreModule {}
