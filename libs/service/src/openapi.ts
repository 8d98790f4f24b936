import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { PROBLEMS_EXTENSION } from './api-problems.js';
import { exampleOf, type Schema } from './openapi-example.js';
import { PROBLEM_SCHEMA, problemResponses } from './openapi-problems.js';

export interface ApiInfo {
  readonly name: string;
  readonly title: string;
  readonly titleZh: string;
  readonly version?: string;
  readonly description?: string;
}

/** What the Nx target `metadata` writes for a service: see scripts/openapi-metadata.mjs. */
export type PluginMetadata = () => Promise<Record<string, unknown>>;

interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, unknown>;
}
interface Operation {
  operationId?: string;
  summary?: string;
  parameters?: { name: string; in: string; schema?: Schema; example?: unknown }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<
    string,
    { description?: string; headers?: Record<string, unknown>; content?: Record<string, Media> }
  >;
  security?: unknown[];
  [PROBLEMS_EXTENSION]?: string[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * The OpenAPI 3.1 document: what the decorators and (when given) the generated metadata say, completed for every operation with
 * its problem types, the headers of commands, and an example made of the fields' examples where none is written.
 */
export async function openApiDocument(
  app: INestApplication,
  info: ApiInfo,
  metadata?: PluginMetadata,
): Promise<OpenAPIObject> {
  if (metadata) await SwaggerModule.loadPluginMetadata(metadata);
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`${info.title} ${info.titleZh}`)
    .setDescription(info.description ?? '')
    .setVersion(info.version ?? '1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'OIDC access token / 访问令牌',
    })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  complete(document);
  return document;
}

function complete(document: OpenAPIObject): void {
  const schemas = ((document.components ??= {}).schemas ??= {}) as Record<string, Schema>;
  schemas['Problem'] = PROBLEM_SCHEMA;
  toDraft2020(document);
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = (item as Record<string, unknown>)[method] as Operation | undefined;
      if (operation) completeOperation(operation, method, path, schemas);
    }
}

function completeOperation(
  operation: Operation,
  method: string,
  path: string,
  schemas: Record<string, Schema>,
): void {
  const own = operation[PROBLEMS_EXTENSION] ?? [];
  const open = Array.isArray(operation.security) && operation.security.length === 0;
  const standard = [
    ...(operation.requestBody || (operation.parameters ?? []).length > 0 ? ['validation'] : []),
    ...(operation.requestBody ? ['malformed-json', 'body-too-large', 'unsupported-media-type'] : []),
    ...(open
      ? []
      : ['token-missing', 'token-expired', 'token-not-accepted', 'role-not-allowed', 'region-not-allowed']),
    ...(path.includes('{') ? ['not-found'] : []),
    ...(method === 'post' ? ['idempotency-key-reused', 'version-mismatch'] : []),
    'internal-error',
  ];
  for (const [status, response] of Object.entries(problemResponses([...standard, ...own])))
    operation.responses[status] ??= response;
  if (method === 'post') addCommandHeaders(operation);
  for (const [status, response] of Object.entries(operation.responses))
    if (status < '300') for (const media of Object.values(response.content ?? {})) addExample(media, schemas);
  for (const media of Object.values(operation.requestBody?.content ?? {})) addExample(media, schemas);
}

function addExample(media: Media, schemas: Record<string, Schema>): void {
  if (media.example !== undefined || media.examples !== undefined || !media.schema) return;
  media.example = exampleOf(media.schema, schemas);
}

function addCommandHeaders(operation: Operation): void {
  const named = new Set((operation.parameters ??= []).map((one) => one.name.toLowerCase()));
  const add = (name: string, description: string, example: string): void => {
    if (!named.has(name.toLowerCase()))
      operation.parameters?.push({
        name,
        in: 'header',
        schema: { type: 'string' },
        example,
        ...{ required: false, description },
      });
  };
  add(
    'Idempotency-Key',
    'The same key and body answer the same / 幂等键',
    '6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10',
  );
  add('If-Match', 'ETag of the version the decision was based on; 412 when it has changed', '"7"');
  add(
    'X-Correlation-Id',
    'Follows the request through logs and events',
    '6f1c6a52-6d0c-4a52-9a60-0a3b8a1d9f10',
  );
}

/** Turns what @nestjs/swagger still writes in the manner of OpenAPI 3.0 into JSON Schema 2020-12. */
function toDraft2020(node: unknown): void {
  if (Array.isArray(node)) return node.forEach(toDraft2020);
  if (node === null || typeof node !== 'object') return;
  const schema = node as Record<string, unknown>;
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const)
    if (typeof schema[exclusive] === 'boolean') {
      if (schema[exclusive]) {
        schema[exclusive] = schema[bound];
        delete schema[bound];
      } else delete schema[exclusive];
    }
  Object.values(schema).forEach(toDraft2020);
}
