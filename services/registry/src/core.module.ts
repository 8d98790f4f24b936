import { Module } from '@nestjs/common';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { loadPolicy } from '@fupin/policy';
import { createPool, ServiceConfig } from '@fupin/service';
import { Pool } from 'pg';
import { HouseholdDesk } from './household/household-desk.js';
import { PolicyOfTheHouse } from './policy-of-the-house.js';
import { HouseholdDirectory } from './household/household-directory.js';
import { checkNumberHash } from './vault/number-hash-check.js';
import { PersonVault } from './vault/person-vault.js';
import { readVaultKeys } from './vault/vault-keys.js';
import { Villages } from './villages.js';
import { YearClosings } from './year/year-closings.js';

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
  YearClosings,
];

/** Database, store, vault and what is looked up: shared by the parts of the registry. */
@Module({
  providers: [
    {
      provide: Pool,
      inject: [ServiceConfig],
      useFactory: (config: ServiceConfig) => createPool(config.databaseUrl, { name: config.name, max: 16 }),
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
      useFactory: async (pool: Pool) => {
        const keys = readVaultKeys();
        await checkNumberHash(pool, keys);
        return new PersonVault(pool, keys);
      },
    },
    HouseholdDirectory,
    HouseholdDesk,
    Villages,
    YearClosings,
  ],
  exports: SHARED,
})
export class RegistryCoreModule {}
