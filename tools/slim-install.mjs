// Runs after `npm ci` and removes what nothing here reads, without which the install would pass 700 MB: the C++ headers of
// the npm package `node` (67 MB, for native builds only) and TypeORM's build for browsers (15 MB).
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', 'node_modules');
const platforms = join(modules, 'node', 'node_modules');
const useless = [join(modules, 'typeorm', 'browser')];
if (existsSync(platforms)) {
  const folders = readdirSync(platforms, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  useless.push(...folders.map(({ name }) => join(platforms, name, 'include')));
}
for (const folder of useless) rmSync(folder, { recursive: true, force: true });
