import { isJson } from './openapi-operation.js';

interface Media {
  example?: unknown;
  examples?: unknown;
  schema?: { $ref?: string };
}
interface Checked {
  summary?: string;
  requestBody?: { content?: Record<string, Media> };
  responses?: Record<string, { content?: Record<string, Media> }>;
}

/**
 * What an OpenAPI document still lacks: a line for each operation without a summary, without a documented success, without an
 * example in its JSON bodies, or without problem types. For a service's own test: `expect(incompleteOperations(document)).toEqual([])`.
 */
export function incompleteOperations(document: { readonly paths: object }): string[] {
  return Object.entries(document.paths as Record<string, Record<string, Checked>>).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([method, operation]) =>
      faultsOf(operation).map((fault) => `${method.toUpperCase()} ${path}: ${fault}`),
    ),
  );
}

function faultsOf(operation: Checked): string[] {
  const successes = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith('2'));
  const problems = Object.values(operation.responses ?? {}).some(
    ({ content }) => content?.['application/problem+json'],
  );
  const json = [...successes.map(([, response]) => response.content), operation.requestBody?.content].flatMap(
    (content) => Object.entries(content ?? {}).filter(([type]) => isJson(type)),
  );
  return [
    ...(operation.summary ? [] : ['no summary']),
    ...(successes.length > 0 ? [] : ['no success response']),
    ...(json.every(([, media]) => media.examples !== undefined || !isEmpty(media.example))
      ? []
      : ['no example']),
    ...(problems ? [] : ['no problem types']),
  ];
}

/** Also `{}` and `[{}]`: what comes of a type that the document does not know. */
const isEmpty = (example: unknown): boolean =>
  example === undefined || example === null || /^[[\]{}]*$/.test(JSON.stringify(example));
