import { isRegionCode } from '@fupin/domain';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { Caller, isRole } from './caller.js';
import { Problem } from './problem.js';

export interface TokenSettings {
  readonly issuer: string;
  /** Where the keys are; found through the issuer's discovery document when absent. */
  readonly jwksUri?: string | undefined;
  /** When set, tokens must be meant for it (claim `aud`). */
  readonly audience?: string | undefined;
}

const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
/** Clocks of the issuer and of this machine may differ by this many seconds. */
const CLOCK_TOLERANCE_S = 5;

/**
 * A function that turns a bearer token into a Caller. Keys are fetched once, cached, and fetched again when a token names
 * an unknown key (at most every 30 seconds). Throws Problem: `token-expired`, `token-not-accepted` (401), or
 * `unavailable` (503) when the issuer cannot be reached and its keys are not yet known.
 */
export function tokenVerifier(settings: TokenSettings): (token: string) => Promise<Caller> {
  const keys = lazyKeys(settings);
  return async (token) => {
    const payload = await verify(token, keys, settings);
    return toCaller(payload);
  };
}

async function verify(token: string, keys: JWTVerifyGetKey, settings: TokenSettings): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: settings.issuer,
      ...(settings.audience === undefined ? {} : { audience: settings.audience }),
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['exp', 'sub'],
    });
    return payload;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof errors.JWTExpired)
      throw unauthorised('token-expired', 'Get a new token from the issuer', '请重新获取访问令牌');
    throw unauthorised('token-not-accepted', reasonOf(error), '访问令牌未通过验证');
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) return `The claim '${error.claim}' is not acceptable`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature does not fit';
  if (error instanceof errors.JWKSNoMatchingKey) return 'It is signed with a key the issuer does not publish';
  return 'It is not a valid signed JWT';
}

function toCaller(payload: JWTPayload): Caller {
  const { sub, role, region, scope } = payload;
  const refuse = (claim: string): Problem =>
    unauthorised(
      'token-not-accepted',
      `The claim '${claim}' is missing or not acceptable`,
      `令牌中的 ${claim} 无效`,
    );
  if (typeof sub !== 'string' || sub === '') throw refuse('sub');
  if (!isRole(role)) throw refuse('role');
  if (typeof region !== 'string' || !isRegionCode(region)) throw refuse('region');
  if (scope !== undefined && typeof scope !== 'string') throw refuse('scope');
  return new Caller(sub, role, region, new Set((scope ?? '').split(' ').filter((one) => one !== '')));
}

/** A 401 with the challenge of RFC 6750. */
export function unauthorised(
  type: 'token-missing' | 'token-expired' | 'token-not-accepted',
  detail?: string,
  detailZh?: string,
): Problem {
  const challenge = type === 'token-missing' ? 'Bearer' : 'Bearer error="invalid_token"';
  return new Problem(type, {
    ...(detail === undefined ? {} : { detail }),
    ...(detailZh === undefined ? {} : { detailZh }),
    headers: { 'www-authenticate': challenge },
  });
}

function lazyKeys(settings: TokenSettings): JWTVerifyGetKey {
  let keySet: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    // A failed discovery is tried again with the next request; a found key set is kept for good (jose refreshes it).
    keySet ??= findKeys(settings).catch((error: unknown) => {
      keySet = undefined;
      throw unreachable(error);
    });
    const find = await keySet;
    try {
      return await find(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error;
      if (error instanceof errors.JOSENotSupported) throw error;
      throw unreachable(error);
    }
  };
}

async function findKeys(settings: TokenSettings): Promise<JWTVerifyGetKey> {
  const uri = settings.jwksUri ?? (await discover(settings.issuer));
  return createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: 10 * 60_000,
    cooldownDuration: 30_000,
    timeoutDuration: 5_000,
  });
}

async function discover(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  const document = (await answer.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (document.issuer !== issuer) throw new Error(`${address} belongs to another issuer`);
  if (typeof document.jwks_uri !== 'string') throw new Error(`${address} names no jwks_uri`);
  return document.jwks_uri;
}

function unreachable(cause: unknown): Problem {
  const problem = new Problem('unavailable', {
    detail: 'The token cannot be checked because the identity provider does not answer',
    detailZh: '身份认证服务暂时无法访问，无法验证令牌',
    headers: { 'retry-after': '5' },
  });
  problem.cause = cause;
  return problem;
}
