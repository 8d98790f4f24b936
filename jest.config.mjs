import { readFileSync } from 'node:fs';

// One suite per need: unit (nothing), int (PostgreSQL and Kafka), e2e (running services). The servers are started once
// per run by libs/infra and handed to the specs through the environment.
// The build leaves the specs out by .swcrc; here they are what is compiled.
const {
  exclude: _specs,
  $schema: _schema,
  ...swcOptions
} = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // The custom condition makes @fupin/* resolve to src/; adding 'import' here would break pg and tslib.
  testEnvironmentOptions: { customExportConditions: ['@fupin/source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swcOptions, swcrc: false }] },
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.nx/', '<rootDir>/.data/'],
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools', '<rootDir>/tests'],
};
const servers = {
  globalSetup: '<rootDir>/libs/infra/src/jest-setup.ts',
  globalTeardown: '<rootDir>/libs/infra/src/jest-teardown.ts',
};

export default {
  testTimeout: 60_000,
  maxWorkers: 2,
  projects: [
    { ...base, displayName: 'unit', testMatch: ['**/*.unit.spec.ts'] },
    { ...base, ...servers, displayName: 'int', testMatch: ['**/*.int.spec.ts'] },
    { ...base, ...servers, displayName: 'e2e', testMatch: ['**/*.e2e.spec.ts'] },
  ],
};
