import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { kustomizeBuild } from './kustomize.js';
import { strategicMerge, type Value } from './merge.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fupin-kustomize-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes files by their path and resolves the kustomization at `at`. */
function build(files: Readonly<Record<string, string>>, at = '.') {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return kustomizeBuild(join(folder, at));
}

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: alpha }
spec: { template: { spec: { containers: [{ name: service, image: alpha, env: [{ name: A, value: a }] }] } } }`;

describe('kustomizeBuild', () => {
  it('given base, component and overlay, then resources carry patches, settings, labels, namespace and image as kustomize makes them', () => {
    const resources = build(
      {
        'base/kustomization.yaml': `
resources: [alpha.yaml]
configMapGenerator: [{ name: settings, literals: [A=1, B=x=y] }]
patches: [{ path: patch.yaml, target: { kind: Deployment } }]
labels: [{ pairs: { part: all } }]`,
        'base/alpha.yaml': DEPLOYMENT,
        'base/patch.yaml': `
apiVersion: apps/v1
kind: Deployment
metadata: { name: any, labels: { patched: "yes" } }
spec: { template: { spec: { containers: [{ name: service, env: [{ name: B, value: b }] }] } } }`,
        'component/kustomization.yaml': 'kind: Component\nresources: [beta.yaml]',
        'component/beta.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: beta }',
        'overlay/kustomization.yaml': `
namespace: here
resources: [../base, namespace.yaml]
components: [../component]
images: [{ name: alpha, newName: registry.example.org:5000/alpha, newTag: "1" }]
configMapGenerator: [{ name: settings, behavior: merge, literals: [A=2] }]`,
        'overlay/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: { name: here }',
      },
      'overlay',
    );
    expect(resources).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'alpha', namespace: 'here', labels: { patched: 'yes', part: 'all' } },
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'service',
                  image: 'registry.example.org:5000/alpha:1',
                  env: [
                    { name: 'B', value: 'b' },
                    { name: 'A', value: 'a' },
                  ],
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'settings', namespace: 'here', labels: { part: 'all' } },
        data: { A: '2', B: 'x=y' },
      },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'here' } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'beta', namespace: 'here' } },
    ]);
  });

  it.each([
    [
      'a field that it does not know',
      { 'kustomization.yaml': 'namePrefix: x-' },
      'namePrefix is not supported',
    ],
    [
      'a target that it does not know',
      { 'kustomization.yaml': 'patches: [{ patch: "", target: { labelSelector: a } }]' },
      'labelSelector is not supported',
    ],
    [
      'a resource that is not there',
      { 'kustomization.yaml': 'resources: [none.yaml]' },
      'none.yaml is not there',
    ],
    [
      'a resource twice',
      { 'kustomization.yaml': 'resources: [a.yaml, b.yaml]', 'a.yaml': DEPLOYMENT, 'b.yaml': DEPLOYMENT },
      'apps/v1 Deployment alpha is there twice',
    ],
    [
      'a patch that fits nothing',
      {
        'kustomization.yaml': 'resources: [a.yaml]\npatches: [{ path: p.yaml }]',
        'a.yaml': DEPLOYMENT,
        'p.yaml': DEPLOYMENT.replace('alpha', 'beta'),
      },
      'fits no resource',
    ],
    [
      'settings merged into nothing',
      { 'kustomization.yaml': 'configMapGenerator: [{ name: s, behavior: merge, literals: [A=1] }]' },
      'ConfigMap s is not there to merge',
    ],
    [
      'settings made twice',
      { 'kustomization.yaml': 'configMapGenerator: [{ name: s }, { name: s }]' },
      'ConfigMap s is there already to create',
    ],
    [
      'something without a name',
      { 'kustomization.yaml': 'resources: [a.yaml]', 'a.yaml': 'kind: Pod' },
      'a.yaml holds something without',
    ],
    ['an empty file', { 'kustomization.yaml': 'resources: [a.yaml]', 'a.yaml': '' }, 'a.yaml is empty'],
  ])('given %s, then it refuses and names the file', (_what, files, message) => {
    expect(() => build(files)).toThrow(message);
    expect(() => build(files)).toThrow('kustomization.yaml');
  });
});

describe('strategicMerge', () => {
  it('changes fields, removes by null, replaces lists without names', () => {
    expect(strategicMerge({ a: 1, b: { c: 2, d: 3 }, e: [1, 2] }, { b: { c: null, f: 4 }, e: [3] })).toEqual({
      a: 1,
      b: { d: 3, f: 4 },
      e: [3],
    });
  });

  it('changes named elements in their place and puts new ones first', () => {
    const base: Value = { containers: [{ name: 'a', image: 'x' }, { name: 'b' }] };
    expect(strategicMerge(base, { containers: [{ name: 'c' }, { name: 'a', tty: true }] })).toEqual({
      containers: [{ name: 'c' }, { name: 'a', image: 'x', tty: true }, { name: 'b' }],
    });
  });

  it('refuses directives', () => {
    expect(() => strategicMerge({}, { $patch: 'delete' })).toThrow('$patch is not supported');
  });
});
