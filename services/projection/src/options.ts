import { metadataBeside } from '@fupin/service';
import type { ServiceOptions } from '@fupin/service';
import { MIGRATIONS } from '../migrations/index.js';

/** How the projection presents itself: for main.ts and for those who start it within a test. */
export const options: ServiceOptions = {
  name: 'projection',
  title: 'Fupin projection',
  titleZh: '扶贫查询与汇总服务',
  description:
    'Read models of the poverty register: households, ledger, roll-ups as of any day, and the console.',
  defaultPort: 3000,
  migrations: MIGRATIONS,
  metadata: metadataBeside(import.meta.url),
};
