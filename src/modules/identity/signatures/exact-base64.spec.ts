import { describe, expect, it } from 'vitest';
import { fromExactBase64 } from './exact-base64.js';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));

describe(fromExactBase64.name, () => {
  it.each(['base64', 'base64url'] as const)('reads %s', (encoding) => {
    expect(fromExactBase64(bytes.toString(encoding), 32)).toEqual(bytes);
  });

  const text = bytes.toString('base64');
  it.each([
    ['nothing', ''],
    ['a byte less', bytes.subarray(1).toString('base64')],
    ['a byte more', Buffer.concat([bytes, bytes.subarray(0, 1)]).toString('base64')],
    ['base64 without padding', text.replace('=', '')],
    ['base64url with padding', `${bytes.toString('base64url')}=`],
    ['bits that mean nothing', `${text.slice(0, -2)}${String.fromCharCode(text.charCodeAt(42) + 1)}=`],
    ['a space in it', ` ${text.slice(1)}`],
    ['a line break at the end', `${text}\n`],
    ['another letter', `!${text.slice(1)}`],
    ['both alphabets', `-/${bytes.toString('base64url').slice(2)}`],
  ])('refuses %s', (_, wrong) => {
    expect(fromExactBase64(wrong, 32)).toBeUndefined();
  });
});
