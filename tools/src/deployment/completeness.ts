import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { kustomizeBuild, readResources, type Resource } from './kustomize.js';
import { secretsNeeded } from './safety.js';

interface Service {
  readonly name: string;
  readonly port: number;
}

interface ComposeService {
  readonly build?: { readonly args?: { readonly SERVICE?: string } };
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly ports?: readonly string[];
}

const variableOf = (service: string): string => service.toUpperCase().replaceAll('-', '_');

/** What k8s/ lacks of a service. */
function missingInKubernetes(root: string, base: readonly Resource[], { name }: Service): string[] {
  const wanted: readonly [string, string][] = [
    ['Deployment', name],
    ['Service', name],
    ['PodDisruptionBudget', name],
    ['Job', `${name}-migration`],
  ];
  const faults = wanted
    .filter(
      ([kind, called]) =>
        !base.some((resource) => resource.kind === kind && resource.metadata.name === called),
    )
    .map(([kind, called]) => `k8s/base has no ${kind} ${called}`);
  const component = join(root, 'k8s/components/postgresql');
  const { resources } = parse(readFileSync(join(component, 'kustomization.yaml'), 'utf8')) as {
    resources: string[];
  };
  const clusters = resources
    .flatMap((path) => readResources(join(component, path)))
    .filter(({ kind }) => kind === 'Cluster');
  if (!clusters.some(({ metadata }) => metadata.name === `${name}-postgresql`))
    faults.push(`k8s/components/postgresql has no Cluster ${name}-postgresql`);
  return faults;
}

/** What docker-compose.yml and .env.example lack of a service. */
function missingInCompose(
  compose: Readonly<Record<string, ComposeService>>,
  example: string,
  { name, port }: Service,
): string[] {
  const own = compose[name];
  const variable = variableOf(name);
  if (!own) return [`docker-compose.yml has no service ${name}`];
  const faults: string[] = [];
  if (own.build?.args?.SERVICE !== name)
    faults.push(`docker-compose.yml builds ${name} without SERVICE: ${name}`);
  if (!own.ports?.some((mapped) => mapped.includes(`\${${variable}_PORT:-${port}}:3000`)))
    faults.push(`docker-compose.yml does not serve ${name} on ${variable}_PORT, ${port} by default`);
  const databases = compose['databases']?.environment;
  if (
    !(databases?.['SERVICES'] ?? '').split(' ').includes(name) ||
    !databases?.[`${variable}_DATABASE_PASSWORD`]
  )
    faults.push(
      `docker-compose.yml makes no database of ${name}: SERVICES and ${variable}_DATABASE_PASSWORD of databases`,
    );
  if (!example.includes(`${variable}_DATABASE_PASSWORD=`))
    faults.push(`.env.example has no ${variable}_DATABASE_PASSWORD`);
  return faults;
}

/**
 * What a deployment lacks of the services, and what the documents do not say: each service in docker-compose.yml and in k8s/, each
 * variable of docker-compose.yml in .env.example, each secret in k8s/README.md.
 */
export function completenessFaults(root: string, services: readonly Service[]): string[] {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const text = read('docker-compose.yml');
  const compose = parse(text, { merge: true }) as { services: Readonly<Record<string, ComposeService>> };
  const example = read('.env.example');
  const readme = read('k8s/README.md');
  const base = kustomizeBuild(join(root, 'k8s/base'));
  const variables = new Set([...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? ''));
  return [
    ...services.flatMap((service) => [
      ...missingInCompose(compose.services, example, service),
      ...missingInKubernetes(root, base, service),
    ]),
    ...[...variables]
      .filter((name) => !new RegExp(`^#?${name}=`, 'm').test(example))
      .map((name) => `.env.example does not name ${name}`),
    ...secretsNeeded(base)
      .filter((name) => !readme.includes(`\`${name}\``))
      .map((name) => `k8s/README.md does not name the secret ${name}`),
  ];
}
