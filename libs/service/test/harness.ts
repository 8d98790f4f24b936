import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { startService, type RunningService, type ServiceOptions } from '../src/index.js';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '../src/development-issuer.js';
import { SampleModule } from './sample.controller.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** The sample service with its issuer, the lines it has logged, and a way to call it. */
export interface Harness {
  readonly service: RunningService;
  readonly issuer: DevelopmentIssuer;
  /** The issuer's private key. */
  readonly keyFile: string;
  readonly lines: string[];
  call(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; raw?: RequestInit['body']; headers?: Record<string, string> },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startHarness(more: Partial<ServiceOptions> = {}): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'fupin-service-'));
  const keyFile = join(folder, 'key.json');
  const issuer = await startDevelopmentIssuer({ keyFile });
  const lines: string[] = [];
  const logTo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString('utf8').split('\n').filter(Boolean));
      done();
    },
  });
  const env = {
    OIDC_ISSUER: issuer.issuer,
    PORT: '0',
    BIND_ADDRESS: '127.0.0.1',
    SHUTDOWN_TIMEOUT_MS: '3000',
  };
  const service = await startService(SampleModule, {
    name: 'sample',
    title: 'Sample',
    titleZh: '示例',
    defaultPort: 0,
    needs: [],
    env,
    logTo,
    ...more,
  });

  const call: Harness['call'] = async (method, path, { token, body, raw, headers = {} } = {}) => {
    const response = await fetch(`${service.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      body: json ? (JSON.parse(text) as Record<string, unknown>) : { text },
    };
  };
  const stop = async (): Promise<void> => {
    await service.close();
    await issuer.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { service, issuer, keyFile, lines, call, stop };
}
