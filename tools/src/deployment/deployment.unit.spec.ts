import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDeployment } from './check.js';
import { completenessFaults } from './completeness.js';
import { SERVICES } from '../services.js';

const ROOT = join(import.meta.dirname, '../../..');
const FILES = ['k8s', 'docker-compose.yml', '.env.example', 'tools/schemas', 'tools/fixtures/manifests'];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fupin-deployment-'));
  for (const file of FILES) cpSync(join(ROOT, file), join(root, file), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Changes a file; the text must be there. */
function change(file: string, from: string, to: string): void {
  const text = readFileSync(join(root, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(root, file), text.replace(from, to));
}

describe('checkDeployment', () => {
  it('given what is in the repository, then it finds nothing', () => {
    expect(checkDeployment(root)).toMatchObject({ failed: 0, output: '' });
  });

  it.each([
    ['k8s/base/common/deployment.yaml', 'readinessProbe:', 'readyProbe:', 'has the unknown field readyProbe'],
    [
      'k8s/base/common/job.yaml',
      'runAsNonRoot: true',
      'runAsNonRoot: false',
      'Job registry-migration: may run as root',
    ],
    ['k8s/base/registry.yaml', 'targetPort: http', 'targetPort: web', 'Service registry: leads to port web'],
    ['k8s/base/kustomization.yaml', '  - projection.yaml\n', '', 'k8s/base has no Deployment projection'],
    [
      'k8s/components/postgresql/common.yaml',
      'instances: 3',
      'instances: three',
      '.spec.instances should be integer',
    ],
    [
      'k8s/overlays/example/kustomization.yaml',
      ', newTag: 1.0.0',
      '',
      'registry.example.org/fupin/registry has no tag',
    ],
    [
      'k8s/README.md',
      '| `registry-vault`',
      '| the vault',
      'k8s/README.md does not name the secret registry-vault',
    ],
    ['.env.example', 'VAULT_HASH_KEY=', 'HASH_KEY=', '.env.example does not name VAULT_HASH_KEY'],
    [
      'docker-compose.yml',
      'SERVICE: projection',
      'SERVICE: registry',
      'builds projection without SERVICE: projection',
    ],
    [
      'docker-compose.yml',
      '${REGISTRY_PORT:-3001}',
      '${REGISTRY_PORT:-3000}',
      'does not serve registry on REGISTRY_PORT, 3001',
    ],
    [
      'docker-compose.yml',
      'SERVICES: registry projection',
      'SERVICES: registry',
      'makes no database of projection',
    ],
    [
      'tools/fixtures/manifests/root.yaml',
      'containers:',
      'initContainers:',
      'not found there: Deployment alpha: may run as root',
    ],
  ])('given %s with %j as %j, then it finds the fault', (file, from, to, fault) => {
    change(file, from, to);
    if (file.endsWith('root.yaml'))
      change(file, 'seccompProfile:', 'runAsNonRoot: true\n        seccompProfile:');
    const { failed, output } = checkDeployment(root);
    expect(failed).toBeGreaterThan(0);
    expect(output).toContain(fault);
  });

  it('given a service that nothing deploys yet, then it names everything that is missing', () => {
    expect(completenessFaults(root, [...SERVICES, { name: 'data-docking', port: 3009 }])).toEqual([
      'docker-compose.yml has no service data-docking',
      'k8s/base has no Deployment data-docking',
      'k8s/base has no Service data-docking',
      'k8s/base has no PodDisruptionBudget data-docking',
      'k8s/base has no Job data-docking-migration',
      'k8s/components/postgresql has no Cluster data-docking-postgresql',
    ]);
  });
});
