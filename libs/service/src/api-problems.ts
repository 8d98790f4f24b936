import { applyDecorators } from '@nestjs/common';
import { ApiConsumes, ApiExtension } from '@nestjs/swagger';
import { SetMetadata } from '@nestjs/common';
import type { StandardProblem } from './problem-types.js';

/** Extension under which an operation's problem types stay in the document. */
export const PROBLEMS_EXTENSION = 'x-problem-types';
/** The same for those of its controller; merged into the former when the document is made. */
export const SHARED_PROBLEMS_EXTENSION = 'x-shared-problem-types';

/**
 * The problem types that this operation can answer beside those every operation has:
 * `@ApiProblems('region-not-allowed', 'income-below-line')`. A name that no catalogue knows is a refusal (409).
 */
export const ApiProblems = (
  ...types: readonly (StandardProblem | (string & {}))[]
): MethodDecorator & ClassDecorator => {
  const onMethod = ApiExtension(PROBLEMS_EXTENSION, types);
  const onClass = ApiExtension(SHARED_PROBLEMS_EXTENSION, types);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key !== undefined && descriptor) onMethod(target, key, descriptor);
    else (onClass as (type: object) => void)(target);
  };
};

export const STREAM_KEY = 'fupin:stream';

/**
 * The route takes its body as a stream of one of these media types (`@Body() file: Readable`, or `request.body`) and as nothing
 * else. They must be among the `streamed` types of bootstrap.
 */
export const AcceptsStream = (...mediaTypes: readonly string[]): MethodDecorator =>
  applyDecorators(SetMetadata(STREAM_KEY, mediaTypes), ApiConsumes(...mediaTypes));
