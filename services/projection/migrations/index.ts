import { Reference1700000000001 } from './1-reference.js';

/** Every migration of the projection's database, oldest first: a new one is one line here. */
export const MIGRATIONS = [Reference1700000000001];
