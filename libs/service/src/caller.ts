import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { ActorRole } from '@fupin/contracts';
import { liesWithin, type RegionCode } from '@fupin/domain';
import type { FastifyRequest } from 'fastify';
import { Problem } from './problem.js';

/** The roles of the JWT claim `role`, with the number that events carry. */
export const ROLES = {
  villageCadre: ActorRole.VILLAGE_CADRE,
  township: ActorRole.TOWNSHIP,
  county: ActorRole.COUNTY,
  city: ActorRole.CITY,
  province: ActorRole.PROVINCE,
  sectorBureau: ActorRole.SECTOR_BUREAU,
  auditor: ActorRole.AUDITOR,
  dataConsumer: ActorRole.DATA_CONSUMER,
  service: ActorRole.SERVICE,
} as const satisfies Record<string, ActorRole>;

export type Role = keyof typeof ROLES;

export const isRole = (value: unknown): value is Role =>
  typeof value === 'string' && Object.hasOwn(ROLES, value);

/** Who calls: the verified claims of the token, nothing looked up. A class so that controllers can name it as a type. */
export class Caller {
  constructor(
    readonly subject: string,
    readonly role: Role,
    /** Everything the caller may see or change lies within this region (a code prefix). */
    readonly region: RegionCode,
    readonly scopes: ReadonlySet<string>,
  ) {}

  /** The role's number in event envelopes. */
  get actorRole(): ActorRole {
    return ROLES[this.role];
  }

  /** Whether the region lies within the caller's (both as codes of 2, 4, 6, 9 or 12 digits). */
  reaches(region: RegionCode): boolean {
    return liesWithin(region, this.region);
  }

  hasScope(scope: string): boolean {
    return this.scopes.has(scope);
  }
}

/**
 * Throws the 403 problem `region-not-allowed` unless `region` lies within the caller's region. `field` names where the
 * region came from in the request, if it did.
 */
export function assertWithin(caller: Caller, region: RegionCode, field?: string): void {
  if (caller.reaches(region)) return;
  throw new Problem('region-not-allowed', {
    detail: `The caller answers for region ${caller.region} only`,
    detailZh: `调用者仅可办理 ${caller.region} 辖区内的事项`,
    ...(field === undefined ? {} : { field }),
  });
}

/** Throws the 403 problem `scope-missing` unless the token carries the scope. */
export function assertScope(caller: Caller, scope: string): void {
  if (caller.hasScope(scope)) return;
  throw new Problem('scope-missing', {
    detail: `This needs the scope '${scope}'`,
    detailZh: `此操作需要 ${scope} 权限`,
  });
}

export const PUBLIC_KEY = 'fupin:public';
export const ROLES_KEY = 'fupin:roles';
export const SCOPES_KEY = 'fupin:scopes';

/** No token needed for this route or controller. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PUBLIC_KEY, true), ApiExtension('x-public', true));

/** Only these roles may call the route (a route's own list replaces its controller's). */
export const Roles = (...roles: readonly Role[]): MethodDecorator & ClassDecorator =>
  SetMetadata(ROLES_KEY, roles);

/** The token must carry all of these scopes. */
export const RequireScope = (...scopes: readonly string[]): MethodDecorator & ClassDecorator =>
  SetMetadata(SCOPES_KEY, scopes);

/** The verified caller of the request. Throws on a public route, which has none. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** The caller that the guard has left on the request. Throws 401 when there is none. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller) throw new Problem('token-missing');
  return request.caller;
}

declare module 'fastify' {
  interface FastifyRequest {
    caller?: Caller;
  }
}
