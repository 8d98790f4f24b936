import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { isFields, strategicMerge, type Fields, type Value } from './merge.js';

/** A resource as it would be given to the cluster. */
export interface Resource extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string } & Fields;
}

interface Patch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: { readonly kind?: string; readonly name?: string };
}

interface Generator {
  readonly name: string;
  readonly behavior?: 'create' | 'merge' | 'replace';
  readonly literals?: readonly string[];
}

/** What of Kustomize the files here use. Any other field is refused, so that nothing is silently left out. */
interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly Generator[];
  readonly patches?: readonly Patch[];
  readonly labels?: readonly { readonly pairs: Readonly<Record<string, string>> }[];
  readonly namespace?: string;
  readonly images?: readonly { readonly name: string; readonly newName?: string; readonly newTag?: string }[];
}

const KNOWN = {
  kustomization: [
    'apiVersion',
    'kind',
    'resources',
    'components',
    'configMapGenerator',
    'patches',
    'labels',
    'namespace',
    'images',
  ],
  generator: ['name', 'behavior', 'literals'],
  patch: ['path', 'patch', 'target'],
  target: ['kind', 'name'],
  labels: ['pairs'],
  image: ['name', 'newName', 'newTag'],
} as const;

/**
 * Resolves the kustomization in `folder` to resources, as `kustomize build` does but for the hash at the end of the names of
 * generated ConfigMaps. Throws, naming the file, for what is missing or for a field that is not known here.
 */
export function kustomizeBuild(folder: string): Resource[] {
  return resolve(folder, []);
}

/** A component is laid over the resources of the kustomization that names it; any other begins with none. */
function resolve(folder: string, over: readonly Resource[]): Resource[] {
  const file = join(folder, 'kustomization.yaml');
  const kustomization = readKustomization(file);
  try {
    let resources = [...over];
    for (const path of kustomization.resources ?? []) resources.push(...load(join(folder, path)));
    refuseTwice(resources);
    for (const path of kustomization.components ?? []) resources = resolve(join(folder, path), resources);
    for (const generator of kustomization.configMapGenerator ?? []) generate(resources, generator);
    for (const patch of kustomization.patches ?? []) resources = applyPatch(folder, resources, patch);
    const { namespace } = kustomization;
    if (namespace !== undefined) resources = resources.map((resource) => inNamespace(resource, namespace));
    for (const { pairs } of kustomization.labels ?? [])
      resources = resources.map(
        (resource) => strategicMerge(resource, { metadata: { labels: pairs } }) as Resource,
      );
    return resources.map((resource) => withImages(resource, kustomization.images ?? []) as Resource);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function readKustomization(file: string): Kustomization {
  const read = parse(readFileSync(file, 'utf8')) as Fields;
  const check = (what: keyof typeof KNOWN, values: Value | undefined): void => {
    for (const value of Array.isArray(values) ? (values as Value[]) : values === undefined ? [] : [values]) {
      const unknown = isFields(value)
        ? Object.keys(value).find((key) => !(KNOWN[what] as readonly string[]).includes(key))
        : what;
      if (unknown !== undefined) throw new Error(`${file}: ${unknown} is not supported by this check`);
    }
  };
  check('kustomization', read);
  check('generator', read['configMapGenerator']);
  check('patch', read['patches']);
  for (const patch of (read['patches'] ?? []) as readonly Fields[]) check('target', patch['target']);
  check('labels', read['labels']);
  check('image', read['images']);
  return read;
}

/** The resources of a file, or of the kustomization of a folder. */
function load(path: string): Resource[] {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  return statSync(path).isDirectory() ? kustomizeBuild(path) : readResources(path);
}

/** The resources of a YAML file. Throws for YAML that cannot be read, a key that comes twice, and what is no resource. */
export function readResources(file: string): Resource[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  if (documents.length === 0) throw new Error(`${file} is empty`);
  return documents.map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
    const resource = document.toJS() as Partial<Resource> | null;
    if (!resource?.apiVersion || !resource.kind || !resource.metadata?.name)
      throw new Error(`${file} holds something without apiVersion, kind or metadata.name`);
    return resource as Resource;
  });
}

const idOf = ({ apiVersion, kind, metadata }: Resource): string => `${apiVersion} ${kind} ${metadata.name}`;

function refuseTwice(resources: readonly Resource[]): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    if (seen.has(idOf(resource))) throw new Error(`${idOf(resource)} is there twice`);
    seen.add(idOf(resource));
  }
}

function generate(resources: Resource[], { name, behavior = 'create', literals = [] }: Generator): void {
  const data = Object.fromEntries(
    literals.map((literal) => [
      literal.slice(0, literal.indexOf('=')),
      literal.slice(literal.indexOf('=') + 1),
    ]),
  );
  const at = resources.findIndex(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  const existing = resources[at];
  if ((behavior === 'create') !== (existing === undefined))
    throw new Error(`ConfigMap ${name} is ${existing ? 'there already' : 'not there'} to ${behavior}`);
  const generated: Resource = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
  if (existing === undefined) resources.push(generated);
  else
    resources[at] =
      behavior === 'merge' ? (strategicMerge(existing, { data }) as Resource) : { ...existing, data };
}

function applyPatch(
  folder: string,
  resources: readonly Resource[],
  { path, patch, target }: Patch,
): Resource[] {
  const change = (path === undefined ? parse(patch ?? '') : readResources(join(folder, path))[0]) as Resource;
  // The kind and the name are the target's.
  const {
    apiVersion: _apiVersion,
    kind,
    metadata: { name, ...metadata },
    ...rest
  } = change;
  const wanted = target ?? { kind, name };
  const hit = (resource: Resource): boolean =>
    (wanted.kind === undefined || wanted.kind === resource.kind) &&
    (wanted.name === undefined || wanted.name === resource.metadata.name);
  if (!resources.some(hit)) throw new Error(`the patch ${path ?? name} fits no resource`);
  return resources.map((resource) =>
    hit(resource) ? (strategicMerge(resource, { ...rest, metadata }) as Resource) : resource,
  );
}

/** Kinds that belong to no namespace. */
const CLUSTER_WIDE = new Set([
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'StorageClass',
  'PriorityClass',
]);

const inNamespace = (resource: Resource, namespace: string): Resource =>
  CLUSTER_WIDE.has(resource.kind) ? resource : { ...resource, metadata: { ...resource.metadata, namespace } };

/** Images stand in the field `image` of containers, wherever the pod template is. */
function withImages(value: Value, images: NonNullable<Kustomization['images']>): Value {
  if (Array.isArray(value)) return (value as Value[]).map((one) => withImages(one, images));
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => {
      const image = images.find(
        ({ name }) => key === 'image' && typeof field === 'string' && name === nameOf(field),
      );
      if (image === undefined || typeof field !== 'string') return [key, withImages(field, images)];
      const tag = image.newTag ?? field.slice(nameOf(field).length + 1);
      return [key, `${image.newName ?? image.name}${tag && `:${tag}`}`];
    }),
  );
}

const nameOf = (image: string): string => image.replace(/(?:@sha256:.*|:[^/:]*)$/, '');

/** Folders of every kustomization below `root` that stands for itself: components are checked where they are used. */
export function isComponent(folder: string): boolean {
  return (parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Fields)['kind'] === 'Component';
}
