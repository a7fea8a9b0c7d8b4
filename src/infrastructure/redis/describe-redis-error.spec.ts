import { describe, expect, it } from 'vitest';
import { describeRedisError } from './describe-redis-error.js';
import { NoAnswerInTimeError } from './in-time.js';

describe(describeRedisError.name, () => {
  it.each([
    [
      Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    [new NoAnswerInTimeError(100), 'no answer in time'],
    [new Error('connect ETIMEDOUT'), 'no answer in time'],
    [new Error('WRONGPASS invalid username-password pair: hunter2'), 'WRONGPASS'],
    [new Error('Ready check failed: NOAUTH Authentication required.'), 'NOAUTH'],
    [
      Object.assign(new Error('ERR DB index is out of range'), { command: { name: 'select', args: ['99'] } }),
      'the server has no such database',
    ],
    [
      Object.assign(new Error('NOPERM this user has no permissions'), { command: { name: 'select' } }),
      'NOPERM',
    ],
    [new Error('something at redis://user:secret@host'), 'not reachable'],
    ['no error at all', 'not reachable'],
  ])('says in few words and without secrets why: %s', (error, words) => {
    expect(describeRedisError(error)).toBe(words);
  });
});
