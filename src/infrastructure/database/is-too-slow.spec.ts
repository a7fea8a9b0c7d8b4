import { describe, expect, it } from 'vitest';
import { isTooSlow } from './is-too-slow.js';

describe(isTooSlow.name, () => {
  it.each([
    ['the server stopped it', Object.assign(new Error('canceling statement'), { code: '57014' }), true],
    ['no answer came', new Error('Query read timeout'), true],
    ['the server is gone', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), false],
    ['the server stops', Object.assign(new Error('terminating connection'), { code: '57P01' }), false],
    ['nothing is known', undefined, false],
  ])('knows whether a statement was too slow when %s', (_, error, expected) => {
    expect(isTooSlow(error)).toBe(expected);
  });
});
