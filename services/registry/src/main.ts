import { bootstrap } from '@fupin/service';
import { AppModule } from './app.module.js';
import { registryOptions } from './options.js';

await bootstrap(AppModule, registryOptions);
