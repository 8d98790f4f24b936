import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;
const root = join(here, '..', '..');

/** Whether there is a Python that the data team's example runs on (3.10 or later). */
export const hasPython = (): boolean =>
  spawnSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']).status === 0;

/**
 * A virtual environment with the example's packages and the code generated from proto/, made once for each state of
 * both; gives the interpreter and the environment to run with.
 */
export async function preparePython(): Promise<{ python: string; env: NodeJS.ProcessEnv }> {
  const requirements = readFileSync(join(here, 'requirements.txt'));
  const key = createHash('sha256').update(requirements).digest('hex').slice(0, 12);
  const folder = join(root, 'node_modules', '.cache', `fupin-python-${key}`);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'installed'))) {
    rmSync(folder, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '-r', join(here, 'requirements.txt')]);
    writeFileSync(join(folder, 'installed'), '');
  }
  const generated = join(folder, 'generated');
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated);
  const protos = ['common/v1/envelope', 'registry/v1/household', 'registry/v1/year'];
  await run(
    python,
    [
      '-m',
      'grpc_tools.protoc',
      '-I',
      'proto',
      `--python_out=${generated}`,
      ...protos.map((name) => `fupin/${name}.proto`),
    ],
    { cwd: root },
  );
  return { python, env: { ...process.env, PYTHONPATH: generated, PYTHONDONTWRITEBYTECODE: '1' } };
}

/** Runs the example and gives what it printed as JSON. */
export async function recompute<T>(args: readonly string[]): Promise<T> {
  const { python, env } = await preparePython();
  const { stdout } = await run(python, [join(here, 'recompute.py'), ...args], { env, maxBuffer: 256 << 20 });
  return JSON.parse(stdout) as T;
}
