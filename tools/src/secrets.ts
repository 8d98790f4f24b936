import { randomBytes, randomInt } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Secrets of a development installation. A real one gets its keys from outside. */
export interface DevelopmentSecrets {
  /** Port of the development issuer: fixed, so that printed tokens outlive a restart. */
  readonly issuerPort: number;
  /** Variables that the services need. */
  readonly environment: NodeJS.ProcessEnv;
}

interface Stored {
  readonly issuerPort: number;
  readonly vaultKey: string;
  readonly vaultHashKey: string;
}

/** Reads the secrets file, or makes one that only its owner can read. */
export function developmentSecrets(file: string): DevelopmentSecrets {
  if (!existsSync(file)) {
    const fresh: Stored = {
      issuerPort: randomInt(20_000, 30_000),
      vaultKey: randomBytes(32).toString('base64'),
      vaultHashKey: randomBytes(32).toString('base64'),
    };
    writeFileSync(file, JSON.stringify(fresh), { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  const stored = JSON.parse(readFileSync(file, 'utf8')) as Stored;
  return {
    issuerPort: stored.issuerPort,
    environment: { VAULT_KEYS: `k1:${stored.vaultKey}`, VAULT_HASH_KEY: stored.vaultHashKey },
  };
}
