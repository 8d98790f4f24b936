// Writes kubernetes.json and cloudnative-pg.json again from the projects' own API descriptions:
//   go mod download -json k8s.io/kubernetes@v1.34.1 github.com/cloudnative-pg/cloudnative-pg@v1.27.0   (prints each "Dir")
//   node tools/schemas/update.mjs KUBERNETES_DIR CLOUDNATIVE_PG_DIR
// JSON Schema draft 7, only the kinds below and what they reach. Stricter than the API server's: a field that it does not
// know is an error, as with `kubectl --validate=strict`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const KINDS = {
  v1: ['ConfigMap', 'Namespace', 'PersistentVolumeClaim', 'Secret', 'Service', 'ServiceAccount'],
  'apps/v1': ['Deployment', 'StatefulSet'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'batch/v1': ['CronJob', 'Job'],
  'networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding'],
};
const CLOUDNATIVE_PG = ['clusters', 'databases', 'scheduledbackups'];

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const quantity = {
  anyOf: [
    { type: 'number' },
    { type: 'string', pattern: '^[+-]?[0-9.]+([eE][+-]?[0-9]+|[KMGTPE]i|[numkMGTPE])?$' },
  ],
};

/** The Go module's folder ends with its version. */
const versionOf = (folder) => /@(v[^/]+)/.exec(folder)?.[1];

/** One schema of OpenAPI as strict JSON Schema without words. */
function strict(schema) {
  if (schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string')
    return { type: ['integer', 'string'] };
  const out = {};
  for (const key of [
    'type',
    'enum',
    'required',
    'pattern',
    'minimum',
    'maximum',
    'minItems',
    'maxItems',
    'minLength',
    'maxLength',
  ])
    if (schema[key] !== undefined) out[key] = schema[key];
  if (schema.$ref) out.$ref = schema.$ref;
  for (const key of ['allOf', 'anyOf', 'oneOf']) if (schema[key]) out[key] = schema[key].map(strict);
  if (schema.items) out.items = strict(schema.items);
  if (schema.properties) {
    out.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, strict(property)]),
    );
    if (!schema['x-kubernetes-preserve-unknown-fields']) out.additionalProperties = false;
  }
  if (typeof schema.additionalProperties === 'object')
    out.additionalProperties = strict(schema.additionalProperties);
  return out;
}

function kubernetes(folder) {
  const { definitions: all } = JSON.parse(
    readFileSync(join(folder, 'api/openapi-spec/swagger.json'), 'utf8'),
  );
  const definitions = {};
  const take = (name) => {
    if (definitions[name]) return;
    definitions[name] = name === QUANTITY ? quantity : strict(all[name]);
    for (const [, next] of JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g))
      take(next);
  };
  const kinds = {};
  for (const [apiVersion, names] of Object.entries(KINDS)) {
    for (const kind of names) {
      const [name] = Object.entries(all).find(([, schema]) =>
        schema['x-kubernetes-group-version-kind']?.some(
          (one) => one.kind === kind && [one.group, one.version].filter(Boolean).join('/') === apiVersion,
        ),
      );
      take(name);
      kinds[`${apiVersion} ${kind}`] = name;
    }
  }
  return { source: `k8s.io/kubernetes ${versionOf(folder)}`, kinds, definitions };
}

function cloudnativePg(folder) {
  const kinds = {};
  const definitions = {};
  for (const plural of CLOUDNATIVE_PG) {
    const { spec } = parse(
      readFileSync(join(folder, `config/crd/bases/postgresql.cnpg.io_${plural}.yaml`), 'utf8'),
    );
    const { name, schema } = spec.versions.find(({ storage }) => storage);
    const definition = strict(schema.openAPIV3Schema);
    definition.properties.metadata = { type: 'object' };
    definitions[spec.names.kind] = definition;
    kinds[`${spec.group}/${name} ${spec.names.kind}`] = spec.names.kind;
  }
  return { source: `github.com/cloudnative-pg/cloudnative-pg ${versionOf(folder)}`, kinds, definitions };
}

/** One definition a line: small, and a new version shows what it changed. */
function write(name, { source, kinds, definitions }) {
  const lines = Object.entries(definitions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, schema]) => `${JSON.stringify(key)}: ${JSON.stringify(schema)}`);
  const text = `{\n"source": ${JSON.stringify(source)},\n"kinds": ${JSON.stringify(kinds)},\n"definitions": {\n${lines.join(',\n')}\n}}\n`;
  writeFileSync(join(import.meta.dirname, name), text);
}

const [kubernetesDir, cloudnativePgDir] = process.argv.slice(2);
write('kubernetes.json', kubernetes(kubernetesDir));
write('cloudnative-pg.json', cloudnativePg(cloudnativePgDir));
