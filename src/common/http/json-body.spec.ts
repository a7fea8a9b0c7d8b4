import { describe, expect, it } from 'vitest';
import { requireSoundJson } from './json-body.js';

describe(requireSoundJson.name, () => {
  it.each([
    ['a Buffer', Buffer.alloc(8)],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a typed array', new Float64Array(1)],
    ['a DataView', new DataView(new ArrayBuffer(8))],
    ['one inside of an object', { messages: [{ content: Buffer.from('x') }] }],
  ])('refuses %s as binary data', (_, value) => expect(() => requireSoundJson(value)).toThrow('binary data'));

  it('does not look at the bytes', () => {
    const bytes = Object.defineProperty(new Uint8Array(1), 'looked', {
      enumerable: true,
      get: () => expect.fail('it was looked at'),
    });
    expect(() => requireSoundJson(bytes)).toThrow('binary data');
  });

  it('takes JSON', () => {
    expect(() => requireSoundJson({ a: [1, 'é', null, true, { b: {} }] })).not.toThrow();
  });

  it.each([
    [{ a: '\0' }, 'U+0000'],
    [['\ud800'], 'lone surrogate'],
    [JSON.parse('{"__proto__":1}') as object, '__proto__'],
  ])('refuses %j', (value, why) => expect(() => requireSoundJson(value)).toThrow(why));
});
