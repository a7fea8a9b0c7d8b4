import { NoAnswerInTimeError } from './in-time.js';

/** Replies that begin with a code of Redis, such as `WRONGPASS`. */
const REPLY_CODE = /^([A-Z]{3,20})\b/;

/** Why Redis does not serve, in few words that hold neither addresses nor credentials. */
export function describeRedisError(error: unknown): string {
  if (!(error instanceof Error)) return 'not reachable';
  if (error instanceof NoAnswerInTimeError) return 'no answer in time';
  const { code, command } = error as { code?: unknown; command?: { name?: unknown } };
  if (typeof code === 'string') return code;
  if (/timed? ?out/i.test(error.message)) return 'no answer in time';
  const reply = REPLY_CODE.exec(error.message.replace(/^Ready check failed: /, ''))?.[1];
  if (reply === 'ERR' && command?.name === 'select') return 'the server has no such database';
  return reply ?? 'not reachable';
}
