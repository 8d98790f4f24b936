import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevelopmentIssuer } from './development-issuer.js';
import { tokenVerifier } from './tokens.js';

const CLAIMS = { role: 'county', region: '422823', scope: 'history' };

describe('startDevelopmentIssuer', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'fupin-issuer-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('keeps its key, for its owner only, so that tokens outlive a restart', async () => {
    const keyFile = join(folder, 'deep', 'key.json');
    const first = await startDevelopmentIssuer({ keyFile });
    const token = await first.token(CLAIMS);
    await first.stop();
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);

    const port = Number(new URL(first.issuer).port);
    const second = await startDevelopmentIssuer({ keyFile, port });
    const caller = await tokenVerifier({ issuer: second.issuer })(token);
    expect(caller).toMatchObject({ role: 'county', region: '422823', scopes: new Set(['history']) });
    await expect(startDevelopmentIssuer({ port })).rejects.toThrow(`Port ${port}`);
    await second.stop();
  });

  it('given the address that services know it under, then its tokens name that one', async () => {
    const issuer = await startDevelopmentIssuer({ host: '127.0.0.1', url: 'http://issuer:3900' });
    const claims = (await issuer.token(CLAIMS)).split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      iss: 'http://issuer:3900',
    });
    expect(issuer.jwksUri).toBe('http://issuer:3900/jwks');
    await issuer.stop();
  });

  it('does not run in production', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    await expect(startDevelopmentIssuer()).rejects.toThrow(/production/);
    process.env['NODE_ENV'] = before;
  });
});

describe('tokenVerifier', () => {
  it('answers 503 while the issuer is away, and works as soon as it is back', async () => {
    const issuer = await startDevelopmentIssuer();
    const port = Number(new URL(issuer.issuer).port);
    const verify = tokenVerifier({ issuer: issuer.issuer });
    await issuer.stop();
    await expect(verify(await issuer.token(CLAIMS))).rejects.toMatchObject({
      type: 'unavailable',
      status: 503,
    });
    const again = await startDevelopmentIssuer({ port });
    await expect(verify(await again.token(CLAIMS))).resolves.toMatchObject({ region: '422823' });
    await again.stop();
  });

  it('asks for the audience where one is configured', async () => {
    const issuer = await startDevelopmentIssuer();
    const verify = tokenVerifier({ issuer: issuer.issuer, jwksUri: issuer.jwksUri, audience: 'fupin' });
    await expect(verify(await issuer.token(CLAIMS))).rejects.toMatchObject({ type: 'token-not-accepted' });
    await issuer.stop();
  });
});
