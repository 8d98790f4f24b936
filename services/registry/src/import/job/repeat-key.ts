import type { IdempotencyKey } from '@fupin/event-sourcing';
import type { FormHouseholdRead } from '../../form/household.js';
import { numberHash } from '../../vault/cipher.js';
import type { VaultKeys } from '../../vault/vault-keys.js';

/**
 * What makes an import repeatable: a household is known by its head's number, and its content by a keyed hash over every
 * field. The same household again is 'unchanged'; the same head with other content is refused, for an import registers and
 * does not correct. Neither says anything to who does not have the vault's hash key.
 */
export function repeatKey(keys: VaultKeys, household: FormHouseholdRead): IdempotencyKey {
  const { line: _, members, householdNo: _no, ...own } = household;
  const content = [own, ...members.map(({ line: _line, number, ...member }) => ({ ...member, number: number.cardNumber }))];
  const head = members[0]?.number.canonical ?? '';
  return {
    key: `import:${numberHash(keys, head)}`,
    fingerprint: Buffer.from(numberHash(keys, JSON.stringify(content, plain)), 'hex'),
  };
}

/** Fields are listed in the order in which the reader makes them, which is always the same; amounts are bigint. */
const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
