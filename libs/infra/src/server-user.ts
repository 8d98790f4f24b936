import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from './supervised.js';

/** A user of this machine. */
export interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process is root, as which PostgreSQL refuses to run. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * The user as whom PostgreSQL runs when this process is root: the owner of `ownedBy` (an existing data folder), or
 * `postgres`, or `nobody`, or any other. It must be in /etc/passwd, for initdb asks for its name. Undefined: run as
 * ourselves.
 */
export function serverUser(ownedBy?: number): User | undefined {
  if (!isRoot()) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.uid > 0 && user.gid > 0);
  const user =
    users.find((each) => each.uid === ownedBy) ??
    users.find((each) => each.name === 'postgres') ??
    users.find((each) => each.name === 'nobody') ??
    users[0];
  if (user === undefined)
    throw new Error('PostgreSQL does not run as root and /etc/passwd has no other user');
  return user;
}

/**
 * `command` run as `user` (undefined: as it is). When `user` may not enter one of `folders` or one above (a clone in
 * /root, say), the command keeps the one capability that lets it look past that.
 */
export function asUser(command: Command, user: User | undefined, folders: readonly string[]): Command {
  if (user === undefined) return command;
  if (folders.every((folder) => mayEnter(user, folder))) return { ...command, uid: user.uid, gid: user.gid };
  const capability = ['dac_read_search', 'dac_override'].find((name) => mayGrant(name, user));
  if (capability === undefined) {
    throw new Error(
      `The user ${user.name}, as whom PostgreSQL runs when you are root, may not enter ${folders.join(' or ')}. ` +
        'Move the folder out of reach-restricted places such as /root, or run as a plain user.',
    );
  }
  return {
    ...command,
    file: 'setpriv',
    args: [...privileges(capability, user), command.file, ...command.args],
  };
}

const privileges = (capability: string, user: User): string[] => [
  // Without this access(2), by which initdb looks for its neighbours, disregards the capability.
  '--securebits=+no_setuid_fixup',
  `--reuid=${user.uid}`,
  `--regid=${user.gid}`,
  '--clear-groups',
  `--inh-caps=+${capability}`,
  `--ambient-caps=+${capability}`,
];

const mayGrant = (capability: string, user: User): boolean =>
  spawnSync('setpriv', [...privileges(capability, user), 'true'], { stdio: 'ignore' }).status === 0;

function mayEnter(user: User, path: string): boolean {
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
