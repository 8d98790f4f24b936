import Ajv from 'ajv';
import type { ValidateFunction } from 'ajv';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Resource } from './kustomize.js';

/** A file of tools/schemas: which definition describes which `apiVersion kind`. */
interface SchemaFile {
  readonly source: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, object>>;
}

/** Gives what is wrong with a resource by its schema, each with the field; nothing when it fits. */
export type SchemaCheck = (resource: Resource) => string[];

/** Reads the schemas of a folder. A kind that none of them describes is a fault, so that no resource goes unchecked. */
export function schemaCheck(folder: string): SchemaCheck {
  const ajv = new Ajv({ allErrors: true, unknownFormats: 'ignore' });
  const validators = new Map<string, ValidateFunction>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const { kinds, definitions } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as SchemaFile;
    ajv.addSchema({ $id: name, definitions });
    for (const [kind, definition] of Object.entries(kinds))
      validators.set(kind, ajv.compile({ $ref: `${name}#/definitions/${definition}` }));
  }
  return (resource) => {
    const validate = validators.get(`${resource.apiVersion} ${resource.kind}`);
    if (!validate) return [`no schema of ${resource.apiVersion} ${resource.kind} in tools/schemas`];
    if (validate(resource) === true) return [];
    return (validate.errors ?? []).map(({ dataPath, message, params }) => {
      const unknown = (params as { additionalProperty?: string }).additionalProperty;
      return `${dataPath || 'it'} ${unknown === undefined ? message : `has the unknown field ${unknown}`}`;
    });
  };
}
