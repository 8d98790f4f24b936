// Runs after `npm ci` and removes what nothing here reads, without which the install would pass 700 MB: the C++ headers of
// the npm package `node` (67 MB, for native builds only), TypeORM's build for browsers (15 MB), the weights of the paper font
// that no paper is set in (90 MB) and the source maps of packages (55 MB).
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const modules = join(import.meta.dirname, '..', 'node_modules');
const platforms = join(modules, 'node', 'node_modules');
const useless = [join(modules, 'typeorm', 'browser')];
if (existsSync(platforms)) {
  const folders = readdirSync(platforms, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  useless.push(...folders.map(({ name }) => join(platforms, name, 'include')));
}
const font = join(modules, '@expo-google-fonts', 'noto-serif-sc');
if (existsSync(font)) {
  const weights = readdirSync(font).filter((name) => /^[1-9]00/.test(name));
  useless.push(
    ...weights.filter((name) => !['400Regular', '700Bold'].includes(name)).map((name) => join(font, name)),
  );
}
const maps = readdirSync(modules, { recursive: true }).filter(
  // What lies under @fupin is a link to the workspaces.
  (path) => !path.startsWith('@fupin') && /\.[cm]?[jt]s\.map$/.test(path),
);
useless.push(...maps.map((path) => join(modules, path)));
for (const folder of useless) rmSync(folder, { recursive: true, force: true });
