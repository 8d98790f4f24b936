import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SERVICES } from '../services.js';
import { completenessFaults } from './completeness.js';
import { isComponent, kustomizeBuild, readResources, type Resource } from './kustomize.js';
import { safetyFaults, untaggedImages } from './safety.js';
import { schemaCheck, type SchemaCheck } from './schemas.js';

const FIXTURES = 'tools/fixtures/manifests';

/** What is wrong with these resources, each line with the resource at fault. */
export function resourceFaults(all: readonly Resource[], schema: SchemaCheck): string[] {
  return all.flatMap((resource) =>
    [...schema(resource), ...safetyFaults(resource, all)].map(
      (fault) => `${resource.kind} ${resource.metadata.name}: ${fault}`,
    ),
  );
}

/**
 * Checks what deploys the system: every kustomization of k8s/ is resolved, and its resources fit the schemas of Kubernetes and
 * of the operators, are safe and lead somewhere; no service is forgotten. Proved by manifests with a fault each: their
 * first line says which, and a fault that is not found there is a failure of the check.
 */
export function checkDeployment(root: string): { passed: number; failed: number; output: string } {
  const schema = schemaCheck(join(root, 'tools/schemas'));
  const faults: string[] = [];
  let checks = 0;
  const check = (found: readonly string[]): void => {
    checks += 1;
    faults.push(...found);
  };

  const folders = globSync('k8s/**/kustomization.yaml', { cwd: root }).map((file) =>
    dirname(join(root, file)),
  );
  for (const folder of folders.filter((one) => !isComponent(one))) {
    const name = relative(root, folder);
    check(attempt(() => resourceFaults(kustomizeBuild(folder), schema)).map((fault) => `${name}: ${fault}`));
    if (name.startsWith('k8s/overlays/'))
      check(
        attempt(() => untaggedImages(kustomizeBuild(folder))).map((image) => `${name}: ${image} has no tag`),
      );
  }
  check(attempt(() => completenessFaults(root, SERVICES)));
  for (const file of globSync(`${FIXTURES}/*.yaml`, { cwd: root })) {
    const [, expected = 'no first line "# expect: …"'] =
      /^# expect: (.*)/.exec(readFileSync(join(root, file), 'utf8')) ?? [];
    const found = attempt(() => resourceFaults(readResources(join(root, file)), schema));
    check(
      found.some((fault) => fault.includes(expected))
        ? []
        : [`${file}: not found there: ${expected}; but ${found.join('; ')}`],
    );
  }
  if (!existsSync(join(root, 'k8s/base')) || checks < 8) faults.push('k8s/ or its fixtures are not there');
  return { passed: Math.max(0, checks - faults.length), failed: faults.length, output: faults.join('\n') };
}

/** A file that cannot be resolved is one fault. */
function attempt(find: () => string[]): string[] {
  try {
    return find();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
