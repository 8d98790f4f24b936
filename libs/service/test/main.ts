// A service as small as can be: what the tests start as a process of its own.
import { bootstrap } from '@fupin/service';
import { SampleModule } from './sample.controller.js';

await bootstrap(SampleModule, {
  name: 'sample',
  title: 'Sample',
  titleZh: '示例',
  defaultPort: 0,
  needs: [],
  metadata: async () => ({}),
});
