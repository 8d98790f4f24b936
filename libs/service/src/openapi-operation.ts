import { PROBLEMS_EXTENSION, SHARED_PROBLEMS_EXTENSION } from './api-problems.js';
import { COMMAND_EXTENSION } from './command.js';
import { exampleOf, type Schema } from './openapi-example.js';
import { problemResponses } from './openapi-problems.js';
import { POSITION_HEADER } from './position-token.js';

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
}

/** As much of an OpenAPI operation as is completed here. */
export interface Operation {
  summary?: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<
    string,
    { description?: string; headers?: Record<string, unknown>; content?: Record<string, Media> }
  >;
  security?: unknown[];
  'x-public'?: boolean;
  [COMMAND_EXTENSION]?: boolean;
  [PROBLEMS_EXTENSION]?: string[];
  [SHARED_PROBLEMS_EXTENSION]?: string[];
}

/** Adds what follows from the kind of operation: problems, command headers, examples, open access. */
export function completeOperation(
  operation: Operation,
  at: { readonly method: string; readonly path: string },
  schemas: Readonly<Record<string, Schema>>,
): void {
  const open = operation['x-public'] === true;
  const command = operation[COMMAND_EXTENSION] === true;
  const own = [...(operation[SHARED_PROBLEMS_EXTENSION] ?? []), ...(operation[PROBLEMS_EXTENSION] ?? [])];
  delete operation['x-public'];
  delete operation[COMMAND_EXTENSION];
  delete operation[SHARED_PROBLEMS_EXTENSION];
  if (own.length > 0) operation[PROBLEMS_EXTENSION] = [...new Set(own)];
  if (open) operation.security = [];

  const problems = [...standardProblems(operation, at.path, { open, command }), ...own];
  for (const [status, response] of Object.entries(problemResponses(problems)))
    operation.responses[status] = response;
  if (command) addCommandHeaders(operation);
  addHeader(
    operation,
    'X-Correlation-Id',
    'Follows the request through logs and events',
    '6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10',
  );

  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
    if (isJson(type)) addExample(media, schemas);
    else media.schema = { type: 'string', format: 'binary' };
  for (const [status, response] of Object.entries(operation.responses)) {
    response.description ||= status.startsWith('2') ? 'Done' : 'See the problem';
    if (status.startsWith('2'))
      for (const media of Object.values(response.content ?? {})) addExample(media, schemas);
  }
}

/** JSON as one document: not the lines of x-ndjson. */
export const isJson = (mediaType: string): boolean => /^application\/(?:[\w.-]+\+)?json\b/.test(mediaType);

function standardProblems(
  operation: Operation,
  path: string,
  kind: { open: boolean; command: boolean },
): string[] {
  const body = operation.requestBody !== undefined;
  const parameters = (operation.parameters ?? []).length > 0;
  return [
    ...(body || parameters ? ['validation'] : []),
    ...(body ? ['malformed-json', 'body-too-large', 'unsupported-media-type'] : []),
    ...(kind.open ? [] : ['token-missing', 'token-expired', 'token-not-accepted', 'role-not-allowed']),
    ...(path.includes('{') ? ['not-found'] : []),
    ...(kind.command
      ? ['malformed-request', 'region-not-allowed', 'version-mismatch', 'idempotency-key-reused']
      : []),
    'internal-error',
    'unavailable',
  ];
}

function addExample(media: Media, schemas: Readonly<Record<string, Schema>>): void {
  if (media.example !== undefined || media.examples !== undefined || !media.schema) return;
  media.example = exampleOf(media.schema, schemas);
}

function addCommandHeaders(operation: Operation): void {
  addHeader(
    operation,
    'Idempotency-Key',
    'The same key and body answer the same / 幂等键',
    '6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10',
  );
  addHeader(
    operation,
    'If-Match',
    'ETag of the version the decision rests on; 412 when it has changed',
    '"7"',
  );
  for (const [status, response] of Object.entries(operation.responses))
    if (status.startsWith('2'))
      response.headers = {
        ETag: { description: 'The version now', schema: { type: 'string' }, example: '"7"' },
        [POSITION_HEADER]: {
          description: 'Send it with a query that must see this change',
          schema: { type: 'string' },
          example: 'fupin.registry.household.v1:3:1842',
        },
        ...response.headers,
      };
}

function addHeader(operation: Operation, name: string, description: string, example: string): void {
  const parameters = (operation.parameters ??= []);
  if (parameters.some((one) => one.name.toLowerCase() === name.toLowerCase())) return;
  parameters.push({ name, in: 'header', required: false, description, schema: { type: 'string' }, example });
}
