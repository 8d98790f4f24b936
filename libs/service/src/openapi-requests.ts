import { isJson } from './openapi-operation.js';

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
interface Media {
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value?: unknown }>>;
  readonly schema?: Schema;
}
interface Described {
  readonly paths: object;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** A request in which one property has a value of the test's. */
export interface FaultyRequest {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  /** With its parameters as the document names them: `/v1/things/{id}`. */
  readonly path: string;
  /** As a problem names it: `members[0].name`. */
  readonly field: string;
  readonly body: unknown;
}

const METHODS = ['post', 'put', 'patch'] as const;
/** A list in a list in an object in a list: no body goes deeper. */
const MAX_DEPTH = 6;

/**
 * Every property of every JSON body of the document, also of objects and lists in it, each with this value in the example
 * of its body. For a service's own test that nonsense is the client's fault and never the service's.
 */
export function requestsWith(document: Described, value: unknown): FaultyRequest[] {
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>;
  const paths = Object.entries(document.paths as Record<string, Record<string, unknown>>);
  return paths.flatMap(([path, item]) =>
    METHODS.flatMap((method): FaultyRequest[] => {
      const operation = item[method] as { requestBody?: { content?: Record<string, Media> } } | undefined;
      const media = Object.entries(operation?.requestBody?.content ?? {}).find(([type]) => isJson(type))?.[1];
      if (!media?.schema) return [];
      const example = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? {};
      return placesOf(schemas, media.schema, 0).map((place) => ({
        method: method.toUpperCase() as FaultyRequest['method'],
        path,
        field: place.reduce<string>(
          (field, key) => (key === '0' ? `${field}[0]` : field === '' ? key : `${field}.${key}`),
          '',
        ),
        body: withValue(example, place, value),
      }));
    }),
  );
}

/** Where a value may stand, as keys from the outside; `0` is the first of a list. */
function placesOf(schemas: Readonly<Record<string, Schema>>, schema: Schema, depth: number): string[][] {
  if (depth > MAX_DEPTH) return [];
  const found = schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').pop() ?? ''] ?? {});
  const own = Object.entries(found.properties ?? {}).flatMap(([key, inside]) => [
    [key],
    ...placesOf(schemas, inside, depth + 1).map((place) => [key, ...place]),
  ]);
  const items = found.items
    ? [['0'], ...placesOf(schemas, found.items, depth + 1).map((place) => ['0', ...place])]
    : [];
  return [...own, ...items, ...(found.allOf ?? []).flatMap((part) => placesOf(schemas, part, depth))];
}

function withValue(known: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const inside = (known as Readonly<Record<string, unknown>> | undefined)?.[key];
  const changed = withValue(inside, rest, value);
  if (key === '0') return [changed, ...(Array.isArray(known) ? (known as unknown[]).slice(1) : [])];
  const others = typeof known === 'object' && known !== null && !Array.isArray(known) ? known : {};
  return { ...others, [key]: changed };
}
