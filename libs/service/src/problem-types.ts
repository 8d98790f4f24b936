/** One kind of problem a client can meet: its HTTP status and what it is called, for people, in both languages. */
export interface ProblemType {
  readonly status: number;
  readonly title: string;
  readonly titleZh: string;
}

/** What every service can answer. The keys are stable: clients switch on them. */
const STANDARD = {
  validation: { status: 400, title: 'The request is not valid', titleZh: '请求内容有误' },
  'malformed-json': { status: 400, title: 'The body is not JSON', titleZh: '请求正文不是有效的 JSON' },
  'malformed-request': { status: 400, title: 'The request cannot be read', titleZh: '请求格式有误' },
  'token-missing': { status: 401, title: 'A bearer token is needed', titleZh: '缺少访问令牌' },
  'token-expired': { status: 401, title: 'The token has expired', titleZh: '访问令牌已过期' },
  'token-not-accepted': { status: 401, title: 'The token is not accepted', titleZh: '访问令牌无效' },
  'role-not-allowed': { status: 403, title: 'The role may not do this', titleZh: '该角色无权进行此操作' },
  'scope-missing': { status: 403, title: 'The token lacks a scope', titleZh: '访问令牌缺少所需权限' },
  'region-not-allowed': {
    status: 403,
    title: "The target lies outside the caller's region",
    titleZh: '目标不在调用者所辖区域内',
  },
  'not-found': { status: 404, title: 'There is no such thing', titleZh: '所请求的对象不存在' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here', titleZh: '不支持该请求方法' },
  'request-timeout': { status: 408, title: 'The request took too long', titleZh: '请求超时' },
  refused: { status: 409, title: 'A rule refuses the command', titleZh: '按规定不予办理' },
  'several-reasons': {
    status: 409,
    title: 'Several rules refuse the command',
    titleZh: '有多项不符合规定',
  },
  'claim-taken': {
    status: 409,
    title: 'This belongs to another one already',
    titleZh: '该对象已被其他记录占用',
  },
  'version-mismatch': {
    status: 412,
    title: 'It has changed since it was read',
    titleZh: '数据已被更新，请重新读取后再提交',
  },
  'body-too-large': { status: 413, title: 'The body is too large', titleZh: '请求正文过大' },
  'uri-too-long': { status: 414, title: 'The address is too long', titleZh: '请求地址过长' },
  'unsupported-media-type': {
    status: 415,
    title: 'The media type is not supported',
    titleZh: '不支持该内容类型',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another request',
    titleZh: '幂等键已用于其他请求',
  },
  unprocessable: { status: 422, title: 'The content cannot be processed', titleZh: '内容无法处理' },
  'too-many-requests': { status: 429, title: 'Too many requests', titleZh: '请求过于频繁' },
  'internal-error': { status: 500, title: 'Something went wrong here', titleZh: '服务内部错误' },
  unavailable: { status: 503, title: 'The service cannot answer just now', titleZh: '服务暂时不可用' },
} as const satisfies Record<string, ProblemType>;

export type StandardProblem = keyof typeof STANDARD;

const catalogue = new Map<string, ProblemType>(Object.entries(STANDARD));

/** The prefix of every `type` member, see RFC 9457 section 3.1.1. */
export const PROBLEM_URN = 'urn:fupin:problem:';

/**
 * Adds a service's own problem types (business refusals are 409 without being named here; naming them gives them a
 * title in both languages). Throws when a slug is not kebab-case or is already taken by another meaning.
 */
export function defineProblems(types: Readonly<Record<string, ProblemType>>): void {
  for (const [slug, type] of Object.entries(types)) {
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(slug))
      throw new Error(`A problem type is kebab-case: '${slug}'`);
    const known = catalogue.get(slug);
    if (known && JSON.stringify(known) !== JSON.stringify(type))
      throw new Error(`The problem type '${slug}' is already defined otherwise`);
    catalogue.set(slug, type);
  }
}

/** The type of this name; an unknown name is a business refusal (409) that is titled by its own words. */
export function problemType(slug: string): ProblemType {
  const known = catalogue.get(slug);
  if (known) return known;
  const words = slug.replaceAll('-', ' ');
  return {
    status: 409,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    titleZh: STANDARD.refused.titleZh,
  };
}

/** The standard type that stands for an HTTP status nobody has named more closely. */
export function typeOfStatus(status: number): StandardProblem {
  switch (status) {
    case 401:
      return 'token-not-accepted';
    case 403:
      return 'role-not-allowed';
    case 404:
      return 'not-found';
    case 405:
      return 'method-not-allowed';
    case 408:
      return 'request-timeout';
    case 409:
      return 'refused';
    case 412:
      return 'version-mismatch';
    case 413:
      return 'body-too-large';
    case 414:
      return 'uri-too-long';
    case 415:
      return 'unsupported-media-type';
    case 422:
      return 'unprocessable';
    case 429:
      return 'too-many-requests';
    case 503:
      return 'unavailable';
    default:
      return status >= 500 ? 'internal-error' : 'malformed-request';
  }
}
