import { describe, expect, it } from 'vitest';
import { findShapeFault } from './json-shape.js';

const faultOf = (text: string) => findShapeFault(Buffer.from(text))?.message;
const list = (item: string, count: number) => `[${Array<string>(count).fill(item).join(',')}]`;
const keys = (count: number) => `{${Array.from({ length: count }, (_, at) => `"${at}":1`).join(',')}}`;

describe(findShapeFault.name, () => {
  it.each([
    ['as deep as may be', '['.repeat(64) + ']'.repeat(64)],
    ['many values', list('1', 100_000)],
    ['many objects', list('{}', 19_999)],
    ['many keys', keys(1_000)],
    ['objects of many keys', `[${keys(1_000)},${keys(1_000)}]`],
    ['a list of many in an object', `{"a":${list('1', 50_000)},"b":${list('1', 5_000)}}`],
    ['signs in a text', `["${'{[,'.repeat(200_000)}","\\"${','.repeat(200_000)}"]`],
    ['no JSON at all', '}}]],"'],
  ])('finds none in %s', (_, text) => expect(faultOf(text)).toBeUndefined());

  it.each([
    ['more than 64 levels', '['.repeat(65)],
    ['more than 100000 values', list('1', 100_002)],
    ['more than 20000 objects and lists', list('{}', 20_001)],
    ['more than 1000 keys in one object', keys(1_001)],
    ['more than 1000 keys in one object', `{"a":[],${keys(1_000).slice(1)}`],
  ])('finds %s', (what, text) => expect(faultOf(text)).toContain(what.replace('more than 64', '64')));

  it('needs no look at the rest, which nobody has to parse', () => {
    expect(faultOf(`[${'{},'.repeat(30_000)}`)).toBe('The body has more than 20000 objects and lists.');
  });
});
