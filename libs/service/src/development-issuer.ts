import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import {
  SignJWT,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type CryptoKey,
  type JWK,
} from 'jose';

/** Claims of a development token. `scope` is space separated, as in OAuth. */
export interface DevelopmentClaims {
  readonly role: string;
  readonly region: string;
  readonly sub?: string;
  readonly scope?: string;
}

export interface DevelopmentIssuerOptions {
  /** Port to listen on; any free one by default. Tokens outlive a restart only with a fixed port and a key file. */
  readonly port?: number;
  /** Address to listen on; the loopback address by default, because tokens go to anybody who asks. */
  readonly host?: string;
  /** Under which address services know it, when that is not where it listens: the `iss` of its tokens. */
  readonly url?: string;
  /** Where the private key is kept between starts; made when absent. In memory only by default. */
  readonly keyFile?: string;
}

export interface DevelopmentIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** POST role, region, scope, sub, ttl (seconds) here, as form or JSON, and get `{ access_token, … }`. */
  readonly tokenEndpoint: string;
  /** A signed token; valid for `ttlSeconds` (12 hours by default; negative for one that has expired). */
  token(claims: DevelopmentClaims, ttlSeconds?: number): Promise<string>;
  stop(): Promise<void>;
}

const DEFAULT_TTL_S = 12 * 3600;

/**
 * An identity provider for `npm start`, tests and the compose file's development profile: it gives a token to anybody who
 * asks, so it listens on the loopback address unless told otherwise and refuses to run with NODE_ENV=production. Throws when
 * the port is in use.
 */
export async function startDevelopmentIssuer(
  options: DevelopmentIssuerOptions = {},
): Promise<DevelopmentIssuer> {
  if (process.env['NODE_ENV'] === 'production')
    throw new Error(
      'The development issuer gives tokens to anybody and does not run in production; set OIDC_ISSUER',
    );
  const key = await loadKey(options.keyFile);
  const server = createServer();
  await listen(server, options.port ?? 0, options.host ?? '127.0.0.1');
  const issuer = options.url ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const jwksUri = `${issuer}/jwks`;
  const tokenEndpoint = `${issuer}/token`;

  const token = (claims: DevelopmentClaims, ttlSeconds = DEFAULT_TTL_S): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      role: claims.role,
      region: claims.region,
      ...(claims.scope ? { scope: claims.scope } : {}),
    })
      .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' })
      .setIssuer(issuer)
      .setSubject(claims.sub ?? `development-${claims.role}`)
      .setIssuedAt(Math.min(now, now + ttlSeconds))
      .setExpirationTime(now + ttlSeconds)
      .sign(key.privateKey);
  };

  const documents: Record<string, unknown> = {
    '/.well-known/openid-configuration': {
      issuer,
      jwks_uri: jwksUri,
      token_endpoint: tokenEndpoint,
      response_types_supported: ['token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    },
    '/jwks': { keys: [key.publicJwk] },
  };
  server.on('request', (request, response) => {
    answer(request, response, documents, token).catch(() =>
      send(response, 400, { error: 'invalid_request' }),
    );
  });

  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { issuer, jwksUri, tokenEndpoint, token, stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  documents: Record<string, unknown>,
  token: DevelopmentIssuer['token'],
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  if (request.method === 'GET' && path in documents) return send(response, 200, documents[path]);
  if (request.method !== 'POST' || path !== '/token') return send(response, 404, { error: 'not_found' });

  const form = await readForm(request);
  const { role, region, scope, sub } = form;
  const ttl = form['ttl'] === undefined ? DEFAULT_TTL_S : Number(form['ttl']);
  if (!role || !region || !Number.isFinite(ttl))
    return send(response, 400, { error: 'invalid_request', error_description: 'role and region are needed' });
  const accessToken = await token(
    { role, region, ...(scope ? { scope } : {}), ...(sub ? { sub } : {}) },
    ttl,
  );
  send(response, 200, { access_token: accessToken, token_type: 'Bearer', expires_in: ttl });
}

async function readForm(request: IncomingMessage): Promise<Record<string, string | undefined>> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 10_000) throw new Error('too large');
  }
  if (request.headers['content-type']?.startsWith('application/json'))
    return Object.fromEntries(
      Object.entries(JSON.parse(text) as object).map(([name, value]) => [name, String(value)]),
    );
  return Object.fromEntries(new URLSearchParams(text));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`Port ${port} of the development issuer is in use`) : error,
      ),
    );
    server.listen(port, host, resolve);
  });
}

interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

async function loadKey(file: string | undefined): Promise<SigningKey> {
  const kept = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  const privateJwk = kept === undefined ? await newKey(file) : (JSON.parse(kept) as JWK);
  const { kty, n, e } = privateJwk;
  if (kty !== 'RSA' || !n || !e) throw new Error(`${file} holds no RSA key; delete it to get a new one`);
  const kid = await calculateJwkThumbprint({ kty, n, e });
  const privateKey = (await importJWK(privateJwk, 'RS256')) as CryptoKey;
  return { kid, privateKey, publicJwk: { kty, n, e, kid, alg: 'RS256', use: 'sig' } };
}

async function newKey(file: string | undefined): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (file !== undefined) {
    await mkdir(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, JSON.stringify(jwk), { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, file);
  }
  return jwk;
}
