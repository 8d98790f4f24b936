import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where downloads stay: `$FUPIN_CACHE`, or fupin in the user's cache folder, or (a user without a home) in the temporary folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['FUPIN_CACHE']) return env['FUPIN_CACHE'];
  const folder = join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fupin');
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    return join(tmpdir(), `fupin-cache-${process.getuid?.() ?? 'user'}`);
  }
}
