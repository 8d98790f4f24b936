import { Registry1700000000001 } from './1-registry.js';
import { Import1700000000002 } from './2-import.js';
import { YearClosings1700000000003 } from './3-year-closings.js';
import { Documents1700000000004 } from './4-documents.js';
import { Vault1700000000010 } from './10-vault.js';
import { OnePersonOnce1700000000011 } from './11-one-person-once.js';

/** The registry's migrations in their order. */
export const MIGRATIONS = [
  Registry1700000000001,
  Import1700000000002,
  YearClosings1700000000003,
  Documents1700000000004,
  Vault1700000000010,
  OnePersonOnce1700000000011,
];
