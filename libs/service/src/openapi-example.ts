/** As much of JSON Schema as examples need. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  format?: string;
  pattern?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

const BY_FORMAT: Readonly<Record<string, unknown>> = {
  date: '2018-06-30',
  'date-time': '2018-06-30T08:00:00+08:00',
  uuid: '0197a3c2-7c1e-7d5b-9c11-5b0a2f6d1e42',
  uri: 'https://example.org/',
};

/** An example that fits the schema, made of the examples its fields carry; deep or endless schemas end in `{}`. */
export function exampleOf(schema: Schema, named: Readonly<Record<string, Schema>>, depth = 0): unknown {
  if (depth > 6) return {};
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  const target = schema.$ref === undefined ? undefined : named[schema.$ref.split('/').at(-1) ?? ''];
  if (target) return exampleOf(target, named, depth + 1);
  if (schema.allOf) {
    const parts = schema.allOf.map((part) => exampleOf(part, named, depth + 1));
    return parts.length === 1 ? parts[0] : Object.assign({}, ...parts);
  }
  const choice = schema.oneOf?.[0] ?? schema.anyOf?.[0];
  if (choice) return exampleOf(choice, named, depth + 1);
  return ofType(schema, named, depth);
}

function ofType(schema: Schema, named: Readonly<Record<string, Schema>>, depth: number): unknown {
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'array':
      return schema.items ? [exampleOf(schema.items, named, depth + 1)] : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case 'string':
      return BY_FORMAT[schema.format ?? ''] ?? 'text';
    default:
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [
          name,
          exampleOf(property, named, depth + 1),
        ]),
      );
  }
}
