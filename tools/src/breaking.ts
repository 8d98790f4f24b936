import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The contracts as published: written by `npm run contracts:publish`, only ever replaced by a compatible set. */
const BASELINE = 'published.binpb';

function breaking(folder: string, against: string): Promise<{ compatible: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile('buf', ['breaking', '--against', against], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ compatible: error === null, output: stdout + stderr });
    });
  });
}

/**
 * Compares proto/ with the published v1, and shows that the comparison bites: a copy in which one field has another type
 * must be found incompatible.
 */
export async function checkBreaking(
  root: string,
): Promise<{ passed: number; failed: number; output: string }> {
  const proto = join(root, 'proto');
  const against = join(proto, BASELINE);
  const real = await breaking(proto, against);
  const copy = mkdtempSync(join(tmpdir(), 'fupin-proto-'));
  try {
    cpSync(proto, copy, { recursive: true });
    const file = join(copy, 'fupin/registry/v1/household.proto');
    writeFileSync(file, readFileSync(file, 'utf8').replace('int64 wage_fen = 2;', 'double wage_fen = 2;'));
    const spoilt = await breaking(copy, against);
    const problems = [
      ...(real.compatible ? [] : [real.output]),
      ...(spoilt.compatible ? ['buf breaking did not notice that the type of a field changed'] : []),
    ];
    return { passed: 2 - problems.length, failed: problems.length, output: problems.join('\n') };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
