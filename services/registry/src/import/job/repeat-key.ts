import type { IdempotencyKey } from '@fupin/event-sourcing';
import type { Coded } from '../../form/coded.js';
import type { FormHouseholdRead } from '../../form/household.js';
import { numberHash } from '../../vault/cipher.js';
import type { VaultKeys } from '../../vault/vault-keys.js';

/**
 * What makes an import repeatable: a household is known by its head's number, and its content by a keyed hash over every
 * field. The same household again is 'unchanged'; the same head with other content is refused, for an import registers and
 * does not correct. Neither says anything to who does not have the vault's hash key.
 */
export function repeatKey(keys: VaultKeys, household: FormHouseholdRead): IdempotencyKey {
  const head = household.members[0]?.number.canonical ?? '';
  return {
    key: `import:${numberHash(keys, head)}`,
    fingerprint: Buffer.from(numberHash(keys, contentOf(household)), 'hex'),
  };
}

/** Every field that the register keeps, in a fixed order; the file's own 户编号 and line are not among them. */
function contentOf(household: FormHouseholdRead): string {
  const { income, housing } = household;
  const fields: (string | number | bigint | boolean | undefined)[] = [
    household.village,
    household.householdKind,
    household.entryKind,
    household.registeredOn,
    code(household.mainCause),
    household.otherCauses.map(code).join(' '),
    income?.year,
    income?.wageFen,
    income?.businessFen,
    income?.transferFen,
    income?.propertyFen,
    income?.businessCostFen,
    housing?.areaHundredthM2,
    housing?.structure,
    housing?.builtYear,
    housing?.electricity,
    housing?.tapWater,
    household.groupName,
    household.bank,
    household.bankAccount,
  ];
  for (const m of household.members) {
    fields.push(
      m.name,
      m.number.cardNumber,
      code(m.relation),
      code(m.ethnicity),
      code(m.education),
      code(m.schooling),
      code(m.health),
      code(m.workAbility),
      code(m.workplace),
      m.monthsWorked,
      m.dibao,
      m.medicalInsurance,
      m.pension,
      m.phone,
    );
  }
  // Later fields count only where they are filled: what was imported before they were read is still known again.
  const later = [
    ['standard', household.standard],
    ['relocation', housing?.relocation || undefined],
    ['fuels', housing?.fuels.join(' ') || undefined],
    ['distanceToMarketM', housing?.distanceToMarketM],
  ];
  for (const [name, value] of later) if (value !== undefined) fields.push(`${name}=${value}`);
  // No field holds a control character, so the separator cannot be part of one.
  return fields.join('\u001f');
}

const code = (value: Coded | undefined): string => (value ? `${value.system}:${value.code}` : '');
