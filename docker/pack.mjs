// Lays out what an image ships: node pack.mjs SERVICE ROOT OUT
// From the installed and built workspace ROOT, OUT gets the service, the libraries and the packages that it reaches by its
// production dependencies, where they lay, without sources, tests, source maps and types. Nothing else is in the image.
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const [service, root, out] = process.argv.slice(2);

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The folder that Node finds the package `name` in when asked from `folder`, or undefined. */
function find(name, folder) {
  for (let at = folder; at.startsWith(root); at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  return undefined;
}

/** What a package cannot do without, and what it may use when it is there. */
function wantedBy({
  dependencies = {},
  optionalDependencies = {},
  peerDependencies = {},
  peerDependenciesMeta = {},
}) {
  const mayMiss = (name) => name in optionalDependencies || peerDependenciesMeta[name]?.optional === true;
  const peers = Object.keys(peerDependencies).filter((name) => !mayMiss(name));
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers].map((name) => ({
    name,
    needed: !mayMiss(name),
  }));
}

/** Folders of everything reached from one, and the links of the workspace that lead there. */
function reach(start) {
  const folders = new Set([start]);
  const links = new Map();
  for (const folder of folders) {
    const manifest = manifestOf(folder);
    for (const { name, needed } of wantedBy(manifest)) {
      const found = find(name, folder);
      if (found === undefined && needed)
        throw new Error(`${manifest.name} needs ${name}, which is not installed`);
      if (found === undefined) continue;
      const real = realpathSync(found);
      if (real !== found) links.set(found, real);
      folders.add(real);
    }
  }
  return { folders, links };
}

// In a workspace only what was built and the data beside it; in a package not what is for readers and compilers.
const NOT_OF_WORKSPACE = /^(?:src|test|tests|scripts|migrations|node_modules)(?:\/|$)/;
const NOT_RUN = /\.(?:map|md|markdown|d\.[cm]?ts|tsbuildinfo)$/;

const start = join(root, 'services', service);
if (!existsSync(start)) throw new Error(`SERVICE must name a folder of services/, not ${service}`);
const { folders, links } = reach(start);
for (const folder of folders) {
  const isPackage = folder.includes('/node_modules/');
  const ships = (source) => {
    const inside = relative(folder, source);
    return !NOT_RUN.test(inside) && !(isPackage ? /^node_modules(?:\/|$)/ : NOT_OF_WORKSPACE).test(inside);
  };
  cpSync(folder, join(out, relative(root, folder)), { recursive: true, filter: ships });
}
for (const [link, target] of links) {
  const at = join(out, relative(root, link));
  mkdirSync(dirname(at), { recursive: true });
  symlinkSync(relative(dirname(link), target), at);
}
console.log(`${folders.size} packages`);
