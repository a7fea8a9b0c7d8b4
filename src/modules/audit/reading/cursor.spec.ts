import { describe, expect, it } from 'vitest';
import { fromCursor, toCursor } from './cursor.js';

describe(fromCursor.name, () => {
  it('gives back what was put in', () => {
    for (const id of [1, 50, 2_147_483_647]) expect(fromCursor('message', toCursor('message', id))).toBe(id);
  });

  it('knows nothing that it did not make', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const strangers = ['', '7', 'x y', encode('message:'), encode('message:-1'), encode('message:1e3')];
    const tooLarge = encode('message:2147483648');
    const other = toCursor('conversation', 7);
    const changed = [`${toCursor('message', 7)}=`, `${toCursor('message', 7)}AA`, encode('message:7:8')];
    for (const cursor of [...strangers, tooLarge, other, ...changed])
      expect([cursor, fromCursor('message', cursor)]).toEqual([cursor, undefined]);
  });
});
