export * from './decider.js';
export * from './stream-type.js';
export * from './testing.js';
export { AttachmentMissed } from './append.js';
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
export { EventStore, type EventStoreOptions } from './store.js';
export { claimOwner, keepAppendsOut, StoreUnavailable, type SeenRequest } from './store-queries.js';
export { forgetRequests, forgetRequestsDaily } from './forget-requests.js';
export type { StoredEvent } from './stored-event.js';
export {
  ClaimTaken,
  CommandOutdated,
  CommandRefused,
  IdempotencyKeyReused,
  VersionMismatch,
  type CommandError,
} from './command-errors.js';
export type { CommandContext, CommandItem, Handled } from './command.js';
export { CommandHandler, type ReadEvent } from './handle.js';
export type { AcrossContext, AcrossDecide, AcrossExtras, HandledAcross } from './handle-across.js';
export { eventHash, NO_HASH, type HashedEvent } from './hash.js';
export { eventStoreSql } from './schema.js';
export { connectKafka, partitionOf, type IncomingMessage, type Kafka, type KafkaOptions } from './kafka.js';
export { eventMetrics, type EventMetrics } from './metrics.js';
export { startRelay, type Relay, type RelayOptions, type RelayStatus } from './relay.js';
export {
  projectorSql,
  skipMessage,
  startProjector,
  waitForPosition,
  type AnyProjection,
  type PartitionStatus,
  type PositionToken,
  type ProjectedEvent,
  type Projection,
  type Projector,
  type ProjectorOptions,
  type ProjectorStatus,
  type SkipRequest,
} from './projector.js';
export {
  rebuild,
  RebuildRunning,
  RebuildStopped,
  type RebuildOptions,
  type RebuildProgress,
  type RebuildReport,
} from './rebuild.js';
export { verify, type CopiedEvent, type FirstMisfit, type Misfit, type VerifyReport } from './verify.js';
