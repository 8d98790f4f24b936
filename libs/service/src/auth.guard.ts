import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PUBLIC_KEY, ROLES_KEY, SCOPES_KEY, assertScope, type Caller, type Role } from './caller.js';
import { ServiceConfig } from './config.js';
import { Problem } from './problem.js';
import { tokenVerifier, unauthorised } from './tokens.js';

/** Global guard: every route needs a valid token unless it is `@Public()`, then the role and scopes it asks for. */
@Injectable()
export class AuthGuard implements CanActivate {
  private readonly verify: (token: string) => Promise<Caller>;

  constructor(
    config: ServiceConfig,
    private readonly reflector: Reflector,
  ) {
    this.verify = tokenVerifier({
      issuer: config.oidcIssuer,
      jwksUri: config.oidcJwksUri,
      audience: config.oidcAudience,
    });
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, targets)) return true;

    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const caller = await this.verify(bearerToken(request.headers.authorization));
    request.caller = caller;

    const roles = this.reflector.getAllAndOverride<readonly Role[] | undefined>(ROLES_KEY, targets);
    if (roles && !roles.includes(caller.role))
      throw new Problem('role-not-allowed', {
        detail: `This is for the roles ${roles.join(', ')}; the caller is ${caller.role}`,
        detailZh: `此操作仅限以下角色：${roles.join('、')}`,
      });
    const scopes = this.reflector.getAllAndMerge<readonly string[]>(SCOPES_KEY, targets);
    for (const scope of scopes) assertScope(caller, scope);
    return true;
  }
}

function bearerToken(header: string | undefined): string {
  if (!header) throw unauthorised('token-missing');
  const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(header)?.[1];
  if (!token)
    throw unauthorised('token-not-accepted', 'Authorization must be: Bearer <token>', '请使用 Bearer 令牌');
  return token;
}
