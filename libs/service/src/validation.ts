import { ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { isStreamedBody } from './request-hooks.js';
import { Problem, type ProblemItem } from './problem.js';

/** What class-validator's own words mean to a cadre. The others are shown in English only. */
const CHINESE: Readonly<Record<string, string>> = {
  whitelistValidation: '未知字段',
  unknownValue: '内容格式有误',
  isDefined: '必填',
  isNotEmpty: '不能为空',
  isString: '须为文字',
  isBoolean: '须为 true 或 false',
  isInt: '须为整数',
  isNumber: '须为数字',
  isPositive: '须大于零',
  min: '数值过小',
  max: '数值过大',
  isArray: '须为列表',
  arrayMinSize: '条目过少',
  arrayMaxSize: '条目过多',
  arrayNotEmpty: '至少一项',
  arrayUnique: '有重复项',
  minLength: '内容过短',
  maxLength: '内容过长',
  isLength: '长度不符',
  matches: '格式不符',
  isIn: '不在允许的取值范围内',
  isEnum: '不在允许的取值范围内',
  isUuid: '须为 UUID',
  isDateString: '须为日期',
  isIso8601: '须为日期',
  isObject: '须为对象',
  nestedValidation: '须为对象或列表',
};

/** Most of them that are listed for one body. */
const MAX_FAULTS = 100;

/**
 * The global pipe: bodies and queries become instances of their classes, unknown fields are an error that names them, and
 * every fault is listed with its path (`members[0].idNumber`). Values are not repeated in the answer: they may be personal.
 */
export function validationPipe(): ValidationPipe {
  return new BodyPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => validationProblem(flatten(errors)),
  });
}

class BodyPipe extends ValidationPipe {
  /** A streamed body is no DTO: its insides must not be turned into an instance of anything. */
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (isStreamedBody(value)) return value;
    if (metadata.type === 'body') refuseNonsense(value);
    return (await super.transform(value, metadata)) as unknown;
  }
}

/**
 * null is not a value of this API: what is not known is left out. Nor is a list in a list. Said once here, because
 * class-validator takes null in every optional field and looks for objects in inner lists. Throws the 400 problem that
 * names each of them.
 */
function refuseNonsense(body: unknown): void {
  const faults: ProblemItem[] = [];
  const rest: Inside[] = [{ path: '', value: body, listed: false }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { path, value } = next;
    const fault = faultOf(next);
    if (fault) faults.push({ field: path || 'body', ...fault });
    else if (typeof value === 'object' && value !== null) {
      const inList = Array.isArray(value);
      // Reversed, for the last one is looked at first.
      for (const [key, inside] of Object.entries(value).reverse()) {
        rest.push({ path: pathTo(path, key), value: inside, listed: inList });
      }
    }
    if (faults.length === MAX_FAULTS) break;
  }
  if (faults.length > 0) throw validationProblem(faults);
}

interface Inside {
  readonly path: string;
  readonly value: unknown;
  /** Stands in a list. */
  readonly listed: boolean;
}

function faultOf({ path, value, listed }: Inside): Omit<ProblemItem, 'field'> | undefined {
  const field = path || 'body';
  if (value === null) {
    const detail = `${field} must not be null: leave out what is not known`;
    return { code: 'not-null', detail, detailZh: `${field}：不得为 null，无此项时不填` };
  }
  if (!listed || !Array.isArray(value)) return undefined;
  return { code: 'list-in-list', detail: `${field} must not be a list`, detailZh: `${field}：不得为列表` };
}

/** A 400 problem for these faults; the first one's field is the problem's own. For checks that a DTO cannot express. */
export function validationProblem(items: readonly ProblemItem[]): Problem {
  const first = items[0];
  return new Problem('validation', {
    ...(first?.field === undefined ? {} : { field: first.field }),
    ...(first ? { detail: first.detail } : {}),
    ...(first?.detailZh === undefined ? {} : { detailZh: first.detailZh }),
    errors: items,
  });
}

/** class-validator's tree as a list of paths. */
export function flatten(errors: readonly ValidationError[], parent = ''): ProblemItem[] {
  return errors.flatMap((error) => {
    const field = pathTo(parent, error.property);
    const own = Object.entries(error.constraints ?? {}).map(([code, message]): ProblemItem => {
      const zh = CHINESE[code];
      return {
        field,
        code: kebab(code),
        detail: wording(code, message, field),
        ...(zh === undefined ? {} : { detailZh: `${field}：${zh}` }),
      };
    });
    return [...own, ...flatten(error.children ?? [], field)];
  });
}

function pathTo(parent: string, property: string | undefined): string {
  if (property === undefined) return parent || 'body';
  if (/^\d+$/.test(property)) return `${parent}[${property}]`;
  return parent === '' ? property : `${parent}.${property}`;
}

function wording(code: string, message: string, field: string): string {
  if (code === 'whitelistValidation') return `Unknown field '${field}'`;
  if (code === 'unknownValue') return 'A JSON object with the documented fields is expected';
  return message;
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
