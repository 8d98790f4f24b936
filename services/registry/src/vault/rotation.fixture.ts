import { createPool } from '@fupin/service';
import { startRotationWorker } from './rotation-worker.js';
import { readVaultKeys } from './vault-keys.js';

// A process that does nothing but rotate: to be killed by the specs.
const pool = createPool(process.env['DATABASE_URL'] ?? '');
startRotationWorker({ pool, keys: readVaultKeys(), batch: 5, pollMs: 20 });
setInterval(() => undefined, 1000);
