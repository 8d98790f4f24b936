// Runs after `npm ci`: the npm package `node` ships 67 MB of C++ headers that only native builds read, and
// nothing here builds native code. Without this the install passes 700 MB.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const home = join(import.meta.dirname, '..', 'node_modules', 'node', 'node_modules');
if (existsSync(home)) {
  for (const platform of readdirSync(home))
    rmSync(join(home, platform, 'include'), { recursive: true, force: true });
}
