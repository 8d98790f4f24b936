import { bootstrap } from '@fupin/service';
import { AppModule } from './app.module.js';
import { options } from './options.js';

await bootstrap(AppModule, options);
