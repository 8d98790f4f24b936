import { metadataBeside, type ServiceOptions } from '@fupin/service';
import { MIGRATIONS } from '../migrations/index.js';

/** How the registry presents itself: for main.ts and for those who start it within a test. */
export const registryOptions: ServiceOptions = {
  name: 'registry',
  title: 'Fupin registry',
  titleZh: '扶贫建档立卡服务',
  description:
    'Households of the poverty register: identification, facts, exit, return, monitoring, person vault.',
  defaultPort: 3001,
  migrations: MIGRATIONS,
  metadata: metadataBeside(import.meta.url),
};
