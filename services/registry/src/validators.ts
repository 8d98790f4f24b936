import {
  isBusinessDate,
  isCode,
  isCodeSystem,
  isRegionCode,
  levelOf,
  MoneyError,
  parsePersonNumber,
  parseYuan,
  sexContradicts,
  type CodeSystemName,
  type PersonNumberReason,
} from '@fupin/domain';
import { registerDecorator, type ValidationArguments, type ValidationOptions } from 'class-validator';

// Checks of a field's form, shared by the request classes. None of them repeats the value: it may be personal.

function check(
  name: string,
  validate: (value: unknown, args: ValidationArguments) => boolean,
  message: string | ((args: ValidationArguments) => string),
  options?: ValidationOptions,
): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      ...(options && { options }),
      validator: {
        validate: (value: unknown, args) => validate(value, args!),
        defaultMessage: (args) => (typeof message === 'string' ? message : message(args!)),
      },
    });
  };
}

/** A real calendar day written YYYY-MM-DD. */
export const IsDay = (options?: ValidationOptions) =>
  check(
    'isDay',
    isBusinessDate,
    (args) => `${args.property} must be a calendar day written YYYY-MM-DD`,
    options,
  );

/** A 12-digit village code; whether it exists is the directory's matter. */
export const IsVillageCode = () =>
  check(
    'isVillageCode',
    (value) => isRegionCode(value) && levelOf(value) === 'village',
    (args) => `${args.property} must be a 12-digit village code`,
  );

/** An amount of yuan, not negative, with at most two decimals, within the range of money. */
export const IsYuan = () =>
  check(
    'isYuan',
    (value) => yuanFault(value) === undefined,
    (args) => `${args.property} ${yuanFault(args.value) ?? ''}`,
  );

function yuanFault(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'must be a decimal string of yuan, for example "2736.00"';
  try {
    return parseYuan(value) < 0n ? 'must not be negative' : undefined;
  } catch (error) {
    if (error instanceof MoneyError) return `is not an amount of yuan: ${error.message}`;
    throw error;
  }
}

const NUMBER_FAULTS: Readonly<Record<PersonNumberReason, string>> = {
  length: 'must have 18 characters (ID number) or 20 (disability card)',
  format: 'must consist of digits, the 18th may be X',
  province: 'names no province',
  birthDate: 'holds no real date of birth',
  checksum: 'has a wrong check digit',
  disabilityType: 'has no disability kind and grade at its end',
};

/** An ID number or a disability card number. */
export const IsPersonNumber = () =>
  check(
    'isPersonNumber',
    (value) => typeof value === 'string' && parsePersonNumber(value).ok,
    (args) => {
      const read = parsePersonNumber(typeof args.value === 'string' ? args.value : '');
      return `${args.property} ${read.ok ? '' : NUMBER_FAULTS[read.reason]}`;
    },
  );

/** Longest name the register's form takes. */
export const MAX_NAME = 50;

/**
 * A person's name of 1 to 50 characters, kept exactly: the dot · (U+00B7), rare characters of GB 18030 and its private
 * use area are all right; control characters, halves of characters and traces of a wrong encoding are not.
 */
export function isPersonName(value: unknown): value is string {
  if (typeof value !== 'string' || value.trim() !== value) return false;
  const length = [...value].length;
  return length >= 1 && length <= MAX_NAME && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u.test(value);
}

export const IsPersonName = () =>
  check(
    'isPersonName',
    isPersonName,
    (args) => `${args.property} must be a name of 1 to ${MAX_NAME} characters`,
  );

/** Free text for the vault: not blank, no control characters but line breaks, at most `max` characters. */
export const IsFreeText = (max: number) =>
  check(
    'isFreeText',
    (value) => {
      if (typeof value !== 'string' || value.trim() === '' || value.length > max) return false;
      return !/[\p{Cs}\uFFFD]/u.test(value) && !/\p{Cc}/u.test(value.replace(/[\n\r\t]/g, ''));
    },
    (args) => `${args.property} must be a text of 1 to ${max} characters`,
  );

/** A value of one of these code lists, the first being the one meant when `system` is left out. */
export const IsCodeOf = (...systems: CodeSystems) =>
  check(
    'isCodeOf',
    (value) => isCodeOf(systems, value),
    (args) => `${args.property} ${codeFault(systems, args.value)}`,
  );

/** The same for each value of a list. */
export const IsCodeOfEach = (...systems: CodeSystems) =>
  check(
    'isCodeOf',
    (value) => Array.isArray(value) && value.every((one) => isCodeOf(systems, one)),
    (args) => {
      const values: unknown[] = Array.isArray(args.value) ? args.value : [];
      return `${args.property} ${codeFault(
        systems,
        values.find((one) => !isCodeOf(systems, one)),
      )}`;
    },
  );

/** The sex that GB/T 2261.1 names is that of the person's ID number; 0 未知 and 9 未说明 say nothing. */
export const AgreesWithNumber = () =>
  check(
    'agreesWithNumber',
    (value, args) => {
      const { code } = (value ?? {}) as { code?: unknown };
      const { idNumber } = args.object as { idNumber?: unknown };
      const number = parsePersonNumber(typeof idNumber === 'string' ? idNumber : '');
      return !number.ok || typeof code !== 'string' || !sexContradicts(code, number.sex);
    },
    (args) => `${args.property} does not agree with the ID number`,
  );

/** What is wrong with a code; names the list that was sent when it is one that is known, and those the field takes. */
function codeFault(systems: CodeSystems, value: unknown): string {
  const { system } = (value ?? {}) as { system?: unknown };
  const takes = systems.join(' or ');
  if (system === undefined || systems.some((one) => one === system)) {
    return `must be a code of ${takes}; this one is not in ${systems.find((one) => one === system) ?? systems[0]}`;
  }
  const named = typeof system === 'string' && isCodeSystem(system) ? system : 'an unknown code system';
  return `is a code of ${named}; this field takes ${takes}`;
}

type CodeSystems = [CodeSystemName, ...CodeSystemName[]];

function isCodeOf(systems: CodeSystems, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { system = systems[0], code } = value as { system?: unknown; code?: unknown };
  return systems.some((one) => one === system && typeof code === 'string' && isCode(one, code));
}
