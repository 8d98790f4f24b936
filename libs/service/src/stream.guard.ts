import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { STREAM_KEY } from './api-problems.js';
import { Problem } from './problem.js';
import { isStreamedBody } from './request-hooks.js';

/** Keeps streams away from routes that expect JSON, and JSON away from those that expect a stream (415). */
@Injectable()
export class StreamGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const expected = this.reflector.get<readonly string[] | undefined>(STREAM_KEY, context.getHandler());
    const streamed = isStreamedBody(request.body);
    if (!expected && !streamed) return true;
    const given = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (expected && streamed && expected.includes(given)) return true;
    const wanted = (expected ?? ['application/json']).join(', ');
    throw new Problem('unsupported-media-type', {
      detail: `${wanted} is expected`,
      detailZh: `须为 ${wanted}`,
      ...(streamed ? { headers: { connection: 'close' } } : {}),
    });
  }
}
