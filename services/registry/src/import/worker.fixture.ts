import { loadDivisions } from '@fupin/domain/divisions';
import { CommandHandler, EventStore } from '@fupin/event-sourcing';
import { loadPolicy } from '@fupin/policy';
import { createPool } from '@fupin/service';
import { readVaultKeys } from '../vault/vault-keys.js';
import { startWorker } from './job/worker.js';

// A process that does nothing but run imports: to be killed by the specs.
const pool = createPool(process.env['DATABASE_URL'] ?? '');
startWorker({
  pool,
  handler: new CommandHandler(new EventStore({ pool })),
  keys: readVaultKeys(),
  policy: loadPolicy(),
  divisions: loadDivisions(),
  batch: 100,
  pollMs: 50,
});
