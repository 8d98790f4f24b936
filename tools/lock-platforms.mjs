// Adds the optional platform packages (darwin, win32, …) that a registry mirror left out of package-lock.json.
// npm writes the lock from what it could download, but `npm ci` demands an entry for every optional dependency;
// a stub (version, os, cpu) satisfies it, and on the platform in question npm then fetches the package.
// Run after every change of the lock: node tools/lock-platforms.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const file = join(import.meta.dirname, '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const OS = [
  'darwin',
  'win32',
  'freebsd',
  'android',
  'linux',
  'openharmony',
  'aix',
  'sunos',
  'openbsd',
  'netbsd',
  'wasm32',
];
const CPU = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'arm', 'mips64el'];

function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => OS.includes(word)) ?? (name.includes('windows') ? 'win32' : undefined);
  const cpu = words
    .map((word) => (word.startsWith('arm') && word !== 'arm64' ? 'arm' : word))
    .find((word) => CPU.includes(word));
  return {
    ...(os && { os: [os] }),
    ...(cpu && { cpu: [cpu] }),
    ...(words.includes('musl') && { libc: ['musl'] }),
  };
}

let added = 0;
for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] || lock.packages[hoisted] || path === '') continue;
    lock.packages[hoisted] = {
      version: version.replace(/^[\^~]/, ''),
      optional: true,
      ...(entry.dev && { dev: true }),
      ...platformOf(name),
    };
    added += 1;
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
for (const entry of Object.values(sorted)) if (/^https?:/.test(entry.resolved ?? '')) delete entry.resolved;
writeFileSync(file, JSON.stringify({ ...lock, packages: sorted }, null, 2) + '\n');
console.log(`${added} platform packages added`);
