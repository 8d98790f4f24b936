import { Problem } from './problem.js';

/** Header that carries the position of a write, and may come with a query that should already see that write. */
export const POSITION_HEADER = 'Fupin-Position';

/** Where an event lies: a read model that has passed it shows it. */
export interface PositionToken {
  readonly topic: string;
  readonly partition: number;
  /** Position in the service's store, from 1. */
  readonly position: number;
}

/** `<topic>:<partition>:<position>`. */
export const formatPosition = (token: PositionToken): string =>
  `${token.topic}:${token.partition}:${token.position}`;

/** Reads a token. Throws the 400 problem `malformed-request` when it is not one. */
export function parsePosition(text: string): PositionToken {
  const match = /^([a-z][a-zA-Z0-9._-]{0,200}):(\d{1,6}):(\d{1,15})$/.exec(text.trim());
  if (!match)
    throw new Problem('malformed-request', {
      field: POSITION_HEADER,
      detail: `${POSITION_HEADER} must be the token of a command's answer, <topic>:<partition>:<position>`,
      detailZh: `${POSITION_HEADER} 须为命令返回的位置标记`,
    });
  return { topic: match[1] ?? '', partition: Number(match[2]), position: Number(match[3]) };
}
