/** Anything that YAML can say. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Fields = { readonly [key: string]: Value };

export const isFields = (value: Value | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lists whose elements have a name: a patch changes the element of the same name. All others are replaced. */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  env: 'name',
  volumes: 'name',
  volumeMounts: 'mountPath',
  ports: 'containerPort',
  topologySpreadConstraints: 'topologyKey',
};

/**
 * Lays a patch over a resource as Kustomize's strategic merge does: fields one by one, null removes, named lists by name with
 * new elements first, other lists as a whole. Throws for `$patch` directives, which are not followed here.
 */
export function strategicMerge(base: Value | undefined, patch: Value, field = ''): Value {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(base) ? (base as Value[]) : [], patch, field);
  if (!isFields(patch)) return patch;
  const merged: Record<string, Value> = isFields(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) throw new Error(`${key} is not supported in a patch`);
    if (value === null) delete merged[key];
    else merged[key] = strategicMerge(merged[key], value, key);
  }
  return merged;
}

function mergeLists(base: readonly Value[], patch: readonly Value[], field: string): Value {
  const key = KEYS[field];
  if (key === undefined || ![...base, ...patch].every((one) => isFields(one) && key in one)) return patch;
  const named = (one: Value): Value | undefined => (isFields(one) ? one[key] : undefined);
  const changed = base.map((one) => {
    const change = patch.find((other) => named(other) === named(one));
    return change === undefined ? one : strategicMerge(one, change);
  });
  const added = patch.filter((one) => !base.some((other) => named(other) === named(one)));
  return [...added.map((one) => strategicMerge(undefined, one)), ...changed];
}
