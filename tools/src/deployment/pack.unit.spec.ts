import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PACK = join(import.meta.dirname, '../../../docker/pack.mjs');

let root: string;
let out: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'fupin-pack-')));
  out = join(root, 'out');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** A workspace of two services and two libraries with packages of every sort. */
function workspace(): void {
  write({
    'services/alpha/package.json': {
      name: '@x/alpha',
      type: 'module',
      dependencies: { '@x/lib': '*', plain: '1', old: '1' },
      devDependencies: { '@x/tests': '*', tool: '1' },
    },
    'services/alpha/src/main.ts': '',
    'services/alpha/test/main.ts': '',
    'services/alpha/dist/src/main.js': "import '@x/lib'; import 'plain'; import 'old';",
    'services/alpha/dist/src/main.js.map': '',
    'services/alpha/node_modules/old/package.json': { name: 'old', version: '1', main: 'index.js' },
    'services/alpha/node_modules/old/index.js': '',
    'services/beta/package.json': { name: '@x/beta', dependencies: { 'of-beta': '1' } },
    'services/beta/dist/src/main.js': '',
    'libs/lib/package.json': { name: '@x/lib', main: 'dist/index.js', dependencies: { deep: '1' } },
    'libs/lib/dist/index.js': "require('deep');",
    'libs/lib/data/rules.csv.gz': 'rules',
    'libs/lib/README.md': '',
    'libs/tests/package.json': { name: '@x/tests' },
    'node_modules/plain/package.json': {
      name: 'plain',
      main: 'index.js',
      peerDependencies: { peer: '1', typescript: '1' },
      peerDependenciesMeta: { typescript: { optional: true } },
      optionalDependencies: { 'for-another-platform': '1' },
    },
    'node_modules/plain/index.js': "require('peer');",
    'node_modules/plain/index.d.ts': '',
    'node_modules/peer/package.json': { name: 'peer', main: 'index.js' },
    'node_modules/peer/index.js': '',
    'node_modules/deep/package.json': { name: 'deep', main: 'src/index.js' },
    'node_modules/deep/src/index.js': '',
    'node_modules/old/package.json': { name: 'old', version: '2' },
    'node_modules/tool/package.json': { name: 'tool' },
    'node_modules/of-beta/package.json': { name: 'of-beta' },
  });
  mkdirSync(join(root, 'node_modules/@x'));
  for (const name of ['lib', 'tests']) symlinkSync(`../../libs/${name}`, join(root, 'node_modules/@x', name));
}

const pack = (service: string): string =>
  execFileSync(process.execPath, [PACK, service, root, out], { encoding: 'utf8', stdio: 'pipe' });

const shipped = (): string[] =>
  readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(out.length + 1))
    // What lies behind a link to a library.
    .filter((path) => !path.startsWith('node_modules/@x/lib/'))
    .sort();

describe('docker/pack.mjs', () => {
  it('given a service, then what it reaches in production is laid out as it was, nothing else, and runs', () => {
    workspace();
    pack('alpha');
    expect(shipped()).toEqual([
      'libs/lib/data/rules.csv.gz',
      'libs/lib/dist/index.js',
      'libs/lib/package.json',
      'node_modules/@x/lib',
      'node_modules/deep/package.json',
      'node_modules/deep/src/index.js',
      'node_modules/peer/index.js',
      'node_modules/peer/package.json',
      'node_modules/plain/index.js',
      'node_modules/plain/package.json',
      'services/alpha/dist/src/main.js',
      'services/alpha/node_modules/old/index.js',
      'services/alpha/node_modules/old/package.json',
      'services/alpha/package.json',
    ]);
    const main = join(out, 'services/alpha/dist/src/main.js');
    execFileSync(process.execPath, [main], { stdio: 'pipe' });
  });

  it('given a dependency that is not installed, then it names it', () => {
    workspace();
    rmSync(join(root, 'node_modules/deep'), { recursive: true });
    expect(() => pack('alpha')).toThrow('@x/lib needs deep, which is not installed');
  });

  it('given a name that no folder has, then it says so', () => {
    workspace();
    expect(() => pack('gamma')).toThrow('SERVICE must name a folder of services/, not gamma');
  });
});
