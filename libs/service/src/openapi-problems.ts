import type { Schema } from './openapi-example.js';
import { Problem } from './problem.js';
import { problemType } from './problem-types.js';

const text = (description: string): Schema => ({ type: 'string', description });

/** The body of every error answer, RFC 9457 with Fupin's own members. */
export const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details',
  required: ['type', 'title', 'status'],
  properties: {
    type: text('Stable name: urn:fupin:problem:<slug>'),
    title: text('What kind of problem it is'),
    titleZh: text('问题类型'),
    status: { type: 'integer', description: 'HTTP status' },
    detail: text('What is wrong this time'),
    detailZh: text('具体原因'),
    field: text('The first field at fault: members[0].idNumber'),
    ruleId: text('Policy rule that refuses, for example REG-19'),
    quote: text('That rule in the words of its document'),
    errors: {
      type: 'array',
      description: 'Every fault or reason',
      items: {
        type: 'object',
        required: ['code', 'detail'],
        properties: {
          field: text('Path of the field'),
          code: text('Stable name of the fault'),
          detail: text('What is wrong'),
          detailZh: text('具体原因'),
          ruleId: text('Policy rule'),
          quote: text('That rule in the words of its document'),
        },
      },
    },
    requestId: text('To be named when asking for help; it is in the logs'),
  },
};

/** One response per status with every problem type of that status as an example. */
export function problemResponses(
  types: readonly string[],
): Record<
  string,
  { description: string; content: Record<string, { schema: Schema; examples: Record<string, unknown> }> }
> {
  const byStatus = new Map<number, string[]>();
  for (const type of new Set(types)) {
    const { status } = problemType(type);
    byStatus.set(status, [...(byStatus.get(status) ?? []), type]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      String(status),
      {
        description: group.map((type) => `\`${type}\`: ${problemType(type).title}`).join('; '),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(
              group.map((type) => [
                type,
                { summary: problemType(type).titleZh, value: new Problem(type).toJSON() },
              ]),
            ),
          },
        },
      },
    ]),
  );
}
