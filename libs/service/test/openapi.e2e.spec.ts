import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { incompleteOperations, metadataBeside } from '../src/index.js';
import { startHarness, type Harness } from './harness.js';

interface Operation {
  summary?: string;
  operationId: string;
  security?: unknown[];
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<
    string,
    {
      description: string;
      headers?: Record<string, unknown>;
      content?: Record<string, { example?: unknown; examples?: Record<string, { value: { type: string } }> }>;
    }
  >;
}
interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties: Record<string, Record<string, unknown>> }> };
}

const run = promisify(execFile);
let harness: Harness;
let document: Document;

beforeAll(async () => {
  // What the Nx target `metadata` does for a service.
  await run(process.execPath, [
    join(import.meta.dirname, '../scripts/openapi-metadata.mjs'),
    import.meta.dirname,
  ]);
  harness = await startHarness({ metadata: metadataBeside(import.meta.url) });
  document = (await harness.call('GET', '/openapi.json')).body as unknown as Document;
});
afterAll(async () => {
  await harness.stop();
  await rm(join(import.meta.dirname, 'metadata.ts'), { force: true });
});

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
const problemTypes = (operation: Operation): string[] =>
  Object.values(operation.responses).flatMap((response) =>
    Object.values(response.content?.['application/problem+json']?.examples ?? {}).map(
      ({ value }) => value.type,
    ),
  );

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 without leavings of 3.0, and every reference leads somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Sample 示例', version: '1' });
    const text = JSON.stringify(document);
    expect(text).not.toMatch(/"nullable":|"exclusiveM(?:in|ax)imum":(?:true|false)/);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(Object.keys(document.components.schemas)).toContain(name);
  });

  it('gives every operation a summary, an id of its own, descriptions, its problems and an example', () => {
    const ids = operations().map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(4);
    for (const [name, operation] of operations()) {
      expect([name, operation.summary]).toEqual([name, expect.any(String)]);
      expect(problemTypes(operation)).toContain('urn:fupin:problem:internal-error');
      for (const response of Object.values(operation.responses)) expect(response.description).not.toBe('');
      for (const [type, media] of Object.entries(operation.requestBody?.content ?? {}))
        if (type === 'application/json') expect([name, media.example]).toEqual([name, expect.anything()]);
    }
  });

  it('is served all the same when the metadata does not fit the code any more', async () => {
    const stale = { models: [[import('./sample.dto.js'), { GoneDto: {} }]] };
    const other = await startHarness({ metadata: async () => ({ '@nestjs/swagger': stale }) });
    expect((await other.call('GET', '/openapi.json')).status).toBe(200);
    await other.stop();
    expect(harness.lines.concat(other.lines).join()).toContain('does not fit the code');
  });

  it('tells what is missing', () => {
    const faults = (operation: object): string[] =>
      incompleteOperations({ paths: { '/a': { get: operation } } });
    expect(incompleteOperations(document)).toEqual([]);
    expect(faults({})).toEqual([
      'GET /a: no summary',
      'GET /a: no success response',
      'GET /a: no problem types',
    ]);
    expect(
      faults({
        summary: 'x',
        responses: {
          200: { content: { 'application/json': { example: [{}] } } },
          400: { content: { 'application/problem+json': {} } },
        },
      }),
    ).toEqual(['GET /a: no example']);
  });

  it('names the problems of a command, its own and its controller’s, and its headers', () => {
    const operation = document.paths['/v1/households']?.['post'];
    expect(
      operation && problemTypes(operation).map((type) => type.replace('urn:fupin:problem:', '')),
    ).toEqual(
      expect.arrayContaining([
        'income-below-line',
        'claim-taken',
        'too-many-requests',
        'validation',
        'version-mismatch',
        'region-not-allowed',
      ]),
    );
    expect(operation?.parameters.map(({ name }) => name)).toEqual([
      'Idempotency-Key',
      'If-Match',
      'X-Correlation-Id',
    ]);
    expect(Object.keys(operation?.responses['201']?.headers ?? {})).toEqual(['ETag', 'Fupin-Position']);
    expect(operation?.requestBody?.content['application/json']?.example).toEqual({
      region: '422823001001',
      name: '向某某',
      members: [{ idNumber: '42282319800101123X', age: 34 }],
    });
  });

  it('says which routes are open and which take a file', () => {
    expect(document.paths['/v1/households/slow/{ms}']?.['get']?.security).toEqual([]);
    expect(document.paths['/v1/households']?.['get']?.security).toBeUndefined();
    const binary = { schema: { type: 'string', format: 'binary' } };
    expect(document.paths['/v1/households/import']?.['post']?.requestBody?.content).toEqual({
      'text/csv': binary,
      'application/x-ndjson': binary,
    });
    expect(Object.keys(document.components.schemas)).not.toContain('Readable');
  });

  it('carries what the generated metadata knows of the types and comments', () => {
    const { region, members } = document.components.schemas['HouseholdDto']?.properties ?? {};
    expect(region).toMatchObject({ description: 'Code of the village / 村代码', pattern: '^\\d{12}$' });
    expect(members).toMatchObject({ minItems: 1 });
    expect(document.components.schemas['MemberDto']?.properties['age']).toMatchObject({ minimum: 1 });
  });
});

describe('/docs', () => {
  it('is served whole from this machine', async () => {
    const page = await harness.call('GET', '/docs');
    expect(page.status).toBe(200);
    const html = String(page.body['text']);
    expect(html).toContain('Sample 示例');
    expect(html).not.toMatch(/(?:src|href)="https?:/);
    for (const [, asset] of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g))
      expect([asset, (await harness.call('GET', `/${asset}`)).status]).toEqual([asset, 200]);
  });
});
