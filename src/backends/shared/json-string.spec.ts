import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { randomTexts } from './testing/random-text.js';
import { endOfJsonString, parseWireJson } from './json-string.js';

describe(endOfJsonString.name, () => {
  it.each([
    ['""', 1],
    ['"a"', 2],
    ['"\\""', 3],
    ['"\\\\"', 3],
    ['"\\u00e9\\/"', 9],
    ['"\u007f\u0080ÿ"', 4],
    ['"a" "b"', 2],
  ])('%j ends at %i', (json, end) => {
    expect(endOfJsonString(json, 1)).toBe(end);
  });

  it.each(['"', '"a', '"\\', '"\\"', '"\\x"', '"\\u12"', '"\\u12g4"', '"\n"', '"\u0000"', '"\u001f"', ''])(
    '%j is no string',
    (json) => {
      expect(endOfJsonString(json, 1)).toBe(-1);
    },
  );

  it('begins where it is told', () => {
    expect(endOfJsonString('{"a":"b","c":"d"}', 14)).toBe(15);
    expect(endOfJsonString('abc', 10)).toBe(-1);
  });

  it('agrees with the parser about any bytes', () => {
    const random = new SeededRandom(1);
    const characters = [...'"\\/bfnrtu0aF{ä\u0000\u001f\u007f'];
    for (let round = 0; round < 20_000; round += 1) {
      const inside = Array.from({ length: random.below(7) }, () => random.pick(characters));
      const json = `"${inside.join('')}"`;
      expect(endOfJsonString(json, 1) === json.length - 1, json).toBe(isOneString(json));
    }
  });

  it('takes the longest line of nothing but escapes', () => {
    const json = `"${'\\n\\u00e9'.repeat(128 * 1024)}"`;
    expect(endOfJsonString(json, 1)).toBe(json.length - 1);
  });
});

describe(parseWireJson.name, () => {
  it('reads the UTF-8 that the characters stand for', () => {
    for (const text of randomTexts(3, 100)) {
      const value = { [text]: [text] };
      expect(parseWireJson(Buffer.from(JSON.stringify(value)).toString('latin1'))).toEqual(value);
    }
  });

  it.each(['', '{', 'undefined', "{'a':1}", '"\u0007"'])('is undefined for %j', (text) => {
    expect(parseWireJson(text)).toBeUndefined();
  });
});

function isOneString(json: string): boolean {
  try {
    return typeof JSON.parse(json) === 'string';
  } catch {
    return false;
  }
}
