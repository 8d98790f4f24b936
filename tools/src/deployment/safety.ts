import type { Resource } from './kustomize.js';
import { isFields, type Fields, type Value } from './merge.js';

/** The value at a path of field names, or undefined. */
function at(value: Value | undefined, ...path: readonly string[]): Value | undefined {
  return path.reduce<Value | undefined>((now, key) => (isFields(now) ? now[key] : undefined), value);
}

/** As it stands in a message. */
const shown = (value: Value | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

const list = (value: Value | undefined): readonly Fields[] =>
  Array.isArray(value) ? (value as Fields[]) : [];

const podOf = (resource: Resource): Value | undefined => at(resource, 'spec', 'template');
const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'Job']);

/** What a cluster that enforces the Pod Security Standard `restricted` asks, and what keeps a service running. */
function podFaults(resource: Resource): string[] {
  const spec = at(podOf(resource), 'spec');
  const faults: string[] = [];
  const need = (is: boolean, what: string): void => void (is || faults.push(what));
  need(at(spec, 'automountServiceAccountToken') === false, 'mounts a token of the service account');
  need(at(spec, 'securityContext', 'runAsNonRoot') === true, 'may run as root');
  need(at(spec, 'securityContext', 'seccompProfile', 'type') === 'RuntimeDefault', 'has no seccomp profile');
  const containers = list(at(spec, 'containers'));
  need(containers.length > 0, 'has no container');
  for (const container of containers) {
    const security = container['securityContext'];
    need(at(security, 'allowPrivilegeEscalation') === false, 'may gain privileges');
    need(at(security, 'readOnlyRootFilesystem') === true, 'may write into its image');
    need(JSON.stringify(at(security, 'capabilities', 'drop')) === '["ALL"]', 'keeps capabilities');
    for (const [kind, name] of [
      ['requests', 'cpu'],
      ['requests', 'memory'],
      ['limits', 'memory'],
    ] as const)
      need(at(container, 'resources', kind, name) !== undefined, `sets no ${kind} of ${name}`);
    if (resource.kind !== 'Deployment') continue;
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const path = probe === 'readinessProbe' ? '/health/ready' : '/health/live';
      need(at(container, probe, 'httpGet', 'path') === path, `has no ${probe} at ${path}`);
    }
  }
  return faults;
}

/** Whether all labels of a selector are among the labels. */
const selects = (selector: Value | undefined, labels: Value | undefined): boolean =>
  isFields(selector) &&
  isFields(labels) &&
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** References that lead nowhere within the resources: selectors, ConfigMaps, service accounts, ports by name. */
function linkFaults(resource: Resource, all: readonly Resource[]): string[] {
  const has = (kind: string, name: Value | undefined): boolean =>
    all.some((other) => other.kind === kind && other.metadata.name === name);
  const pods = all.filter(({ kind }) => WORKLOADS.has(kind)).map(podOf);
  if (resource.kind === 'Service' || resource.kind === 'PodDisruptionBudget') {
    const selector = at(resource, 'spec', 'selector');
    const labels = resource.kind === 'Service' ? selector : at(selector, 'matchLabels');
    const hit = pods.filter((pod) => selects(labels, at(pod, 'metadata', 'labels')));
    if (hit.length !== 1) return [`selects ${hit.length} workloads instead of one`];
    const named = list(at(hit[0], 'spec', 'containers')).flatMap(({ ports }) =>
      list(ports).map(({ name }) => name),
    );
    return list(at(resource, 'spec', 'ports'))
      .filter(({ targetPort }) => !named.includes(targetPort ?? null))
      .map(({ targetPort }) => `leads to port ${shown(targetPort)}, which no container names`);
  }
  if (!WORKLOADS.has(resource.kind)) return [];
  const faults: string[] = [];
  const labels = at(podOf(resource), 'metadata', 'labels');
  if (resource.kind !== 'Job' && !selects(at(resource, 'spec', 'selector', 'matchLabels'), labels))
    faults.push('its selector does not select its own pods');
  const spec = at(podOf(resource), 'spec');
  const account = at(spec, 'serviceAccountName');
  if (!has('ServiceAccount', account))
    faults.push(`uses the service account ${shown(account)}, which is not there`);
  for (const name of references(spec ?? null, 'configMapRef', 'configMapKeyRef'))
    if (!has('ConfigMap', name)) faults.push(`reads the ConfigMap ${name}, which is not there`);
  return faults;
}

/** Names under the given kinds of reference, wherever they are in the value. */
function references(value: Value, ...kinds: readonly string[]): string[] {
  if (Array.isArray(value)) return (value as Value[]).flatMap((one) => references(one, ...kinds));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, field]) => {
    const name = kinds.includes(key) ? at(field, 'name') : undefined;
    return typeof name === 'string' ? [name] : references(field, ...kinds);
  });
}

/** What is unsafe about a resource, or does not fit with the others. */
export function safetyFaults(resource: Resource, all: readonly Resource[]): string[] {
  const secret = resource.kind === 'Secret' ? ['a secret has no place in the repository'] : [];
  return [
    ...secret,
    ...(WORKLOADS.has(resource.kind) ? podFaults(resource) : []),
    ...linkFaults(resource, all),
  ];
}

/** Names of the secrets that the resources need from outside. */
export function secretsNeeded(all: readonly Resource[]): string[] {
  return [...new Set(all.flatMap((resource) => references(resource, 'secretKeyRef', 'secretRef')))].sort();
}

/** Images without a tag or digest: what runs would be left to chance. */
export function untaggedImages(all: readonly Resource[]): string[] {
  const images = all.flatMap((resource) =>
    list(at(podOf(resource), 'spec', 'containers')).map(({ image }) => shown(image)),
  );
  return [...new Set(images)].filter((image) => !/[:@][^/]+$/.test(image) || image.endsWith(':latest'));
}
