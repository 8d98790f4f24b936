export {
  bootstrap,
  startService,
  PortInUse,
  STREAMED_TYPES,
  type RunningService,
  type ServiceOptions,
} from './bootstrap.js';
export {
  ConfigError,
  ServiceConfig,
  loadConfig,
  serviceConfig,
  type Environment,
  type ServiceNeeds,
} from './config.js';
export {
  Caller,
  CurrentCaller,
  Public,
  ROLES,
  RequireScope,
  Roles,
  assertScope,
  assertWithin,
  callerOf,
  isRole,
  type Role,
} from './caller.js';
export { Command, CommandRequest, readCommand } from './command.js';
export { CommandAnswer, WrittenEvent, commandAnswer, commandBody } from './command-answer.js';
export { etag, readIfMatch } from './etag.js';
export { canonicalJson, fingerprint, readIdempotencyKey } from './idempotency.js';
export { POSITION_HEADER, formatPosition, parsePosition, type PositionToken } from './position-token.js';
export { ApiPage, PageQuery, decodeCursor, encodeCursor, toPage, type Keyset, type Page } from './page.js';
export { Problem, type ProblemDetails, type ProblemItem } from './problem.js';
export {
  PROBLEM_URN,
  defineProblems,
  problemType,
  type ProblemType,
  type StandardProblem,
} from './problem-types.js';
export { toProblem } from './problem.filter.js';
export { flatten, validationProblem } from './validation.js';
export { AcceptsStream, ApiProblems } from './api-problems.js';
export { ReadinessChecks, type Readiness, type ReadinessCheck } from './health.js';
export { MetricsRegistry } from './metrics.js';
export { inSpan, traceHeaders } from './tracing.js';
export { currentIds, withIds, type RequestIds } from './request-ids.js';
export { createLogger, LOGGER } from './logging.js';
export { scrub, scrubError, scrubPath } from './scrub.js';
export { createPool, migrate, type PoolOptions } from './database.js';
export { metadataBeside, type PluginMetadata } from './openapi.js';
export { incompleteOperations } from './openapi-check.js';
export { requestsWith, type FaultyRequest } from './openapi-requests.js';
