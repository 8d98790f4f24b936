// The boundaries of the house (docs/adr/0001). tools/src/boundaries.ts proves each rule by a fixture that violates it:
// FUPIN_FIXTURES=1 lets the same rules look at tools/fixtures/violations instead of the real tree.
import { builtinModules } from 'node:module';

const IMPURE = '(^|node_modules/)(@nestjs|pg|pg-copy-streams|kafkajs|typeorm|pino|reflect-metadata)(/|$)';
const root = process.env.FUPIN_FIXTURES ? '^tools/fixtures/violations/' : '^';

export default {
  forbidden: [
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      comment: 'What services share is proto/ and libs/.',
      from: { path: `${root}services/([^/]+)/` },
      to: { path: `${root}services/([^/]+)/`, pathNot: `${root}services/$1/` },
    },
    {
      name: 'libs-never-import-services',
      severity: 'error',
      from: { path: `${root}libs/` },
      to: { path: `${root}services/` },
    },
    {
      name: 'deciders-are-pure',
      severity: 'error',
      comment:
        'A decider reads no clock, database, network or file: it reaches no node:* module, NestJS, pg or kafkajs.',
      from: { path: `${root}services/[^/]+/src/.*(decider|/decide/)[^/]*\\.ts$`, pathNot: '\\.spec\\.ts$' },
      to: { path: [`^(node:)?(${builtinModules.join('|')})$`, IMPURE], reachable: true },
    },
    {
      name: 'kafkajs-behind-one-folder',
      severity: 'error',
      from: {
        path: `${root}(libs|services)/`,
        pathNot: ['libs/event-sourcing/src/kafka(\\.ts$|/)', 'libs/infra/', '\\.spec\\.ts$'],
      },
      to: { path: '(^|node_modules/)kafkajs(/|$)' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: root, pathNot: 'node_modules' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/gen/', process.env.FUPIN_FIXTURES ? '^$' : 'fixtures/violations'] },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@fupin/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
