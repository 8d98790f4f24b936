export * from './decider.js';
export * from './stream-type.js';
export * from './testing.js';
export type {
  AppendedStream,
  AppendExtras,
  AppendOutcome,
  AppendRequest,
  Attachment,
  EventToAppend,
  IdempotencyKey,
  StreamAppend,
} from './append.js';
export { EventStore, StoreUnavailable, type EventStoreOptions, type SeenRequest } from './store.js';
export type { StoredEvent } from './stored-event.js';
export { eventHash, NO_HASH, type HashedEvent } from './hash.js';
export { eventStoreSql } from './schema.js';
