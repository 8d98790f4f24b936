import { existsSync } from 'node:fs';
import { Logger, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { completeOperation, type Operation } from './openapi-operation.js';
import type { Schema } from './openapi-example.js';
import { PROBLEM_SCHEMA } from './openapi-problems.js';

export interface ApiInfo {
  readonly name: string;
  readonly title: string;
  readonly titleZh: string;
  readonly version?: string;
  readonly description?: string;
}

/** What the Nx target `metadata` writes for a service: see scripts/openapi-metadata.mjs. */
export type PluginMetadata = () => Promise<Record<string, unknown>>;

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
  if (metadata) await loadMetadata(metadata);
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`${info.title} ${info.titleZh}`)
    .setDescription(info.description ?? '')
    .setVersion(info.version ?? '1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'OIDC access token / 访问令牌' },
      'bearer',
    )
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  complete(document);
  return document;
}

/** Metadata that has fallen behind the code (a class is gone) must not keep a service from starting. */
async function loadMetadata(metadata: PluginMetadata): Promise<void> {
  try {
    await SwaggerModule.loadPluginMetadata(metadata);
  } catch (error) {
    new Logger('OpenAPI').warn(
      `metadata.js does not fit the code; run the target 'metadata' again (${String(error)})`,
    );
  }
}

/**
 * The metadata that the target `metadata` has written beside the caller's module, for `bootstrap`:
 * `metadata: metadataBeside(import.meta.url)`. Nothing at all when it has not run (development, tests).
 */
export function metadataBeside(moduleUrl: string): PluginMetadata {
  return async () => {
    // The built file first; its source where a loader compiles on the fly.
    for (const file of ['./metadata.js', './metadata.ts']) {
      const address = new URL(file, moduleUrl);
      if (!existsSync(address)) continue;
      const module = (await import(address.href)) as { default: PluginMetadata };
      return module.default();
    }
    return {};
  };
}

function complete(document: OpenAPIObject): void {
  const schemas = ((document.components ??= {}).schemas ??= {}) as Record<string, Schema>;
  schemas['Problem'] = PROBLEM_SCHEMA;
  delete schemas['Readable'];
  toDraft2020(document);
  for (const [path, item] of Object.entries(document.paths))
    for (const method of METHODS) {
      const operation = (item as Record<string, unknown>)[method] as Operation | undefined;
      if (operation) completeOperation(operation, { method, path }, schemas);
    }
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
