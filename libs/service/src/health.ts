import { Controller, Get, Injectable, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from './caller.js';
import { scrub } from './scrub.js';

/** Resolves when all is well (what it gives is shown beside it), throws when not; the message says what is wrong. */
export type ReadinessCheck = () => unknown;

const CHECK_TIMEOUT_MS = 3_000;

export interface Readiness {
  readonly status: 'ready' | 'notReady' | 'draining';
  readonly checks: Record<string, { readonly ok: boolean; readonly detail?: unknown }>;
}

/** The things a service needs to do its work. Inject it and add to it: database, relay, projector partitions. */
@Injectable()
export class ReadinessChecks {
  private readonly checks = new Map<string, ReadinessCheck>();
  private draining = false;

  /** Adds a check under a name that operators see; the same name replaces. It may take three seconds at most. */
  add(name: string, check: ReadinessCheck): void {
    this.checks.set(name, check);
  }

  /** From now on not ready: the load balancer shall send nobody here any more. */
  drain(): void {
    this.draining = true;
  }

  async run(): Promise<Readiness> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await attempt(check)] as const),
    );
    const ok = results.every(([, result]) => result.ok);
    return {
      status: this.draining ? 'draining' : ok ? 'ready' : 'notReady',
      checks: Object.fromEntries(results),
    };
  }
}

async function attempt(check: ReadinessCheck): Promise<{ ok: boolean; detail?: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    const detail = await Promise.race([Promise.resolve().then(check), late]);
    return detail === undefined ? { ok: true } : { ok: true, detail };
  } catch (error) {
    return { ok: false, detail: scrub(error instanceof Error ? error.message : String(error)) };
  } finally {
    clearTimeout(timer);
  }
}

/** For orchestrators: live says that the process turns, ready that it can do its work. */
@Public()
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly readiness: ReadinessChecks) {}

  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    const readiness = await this.readiness.run();
    void reply.status(readiness.status === 'ready' ? 200 : 503);
    return readiness;
  }
}
