import { describe, expect, it } from 'vitest';
import { toTaskText, transformed } from './transforms.js';

describe(transformed.name, () => {
  it.each([
    [undefined, ' a \n', ' a \n'],
    [null, ' a \n', ' a \n'],
    ['trim', ' a\nb \n', 'a\nb'],
    ['first_line', '\n  \r\n first \r\nsecond', 'first'],
    ['first_line', '  \n', ''],
    ['json', ' {"a":[1]}\n', { a: [1] }],
    ['json', '```json\n{"a":1}\n```', { a: 1 }],
    ['json', 'null', null],
    ['json', '```json\r\n{"a":1}\r\n```', { a: 1 }],
  ])('by %s makes of %j', (name, answer, expected) => {
    expect(transformed(answer, name)).toEqual(expected);
  });

  it.each(['Here you are: {}', '['.repeat(20_000), `${'['.repeat(65)}${']'.repeat(65)}`, '{"__proto__":1}'])(
    'refuses %.20s… where JSON is needed that can be handed on',
    (answer) =>
      expect(() => transformed(answer, 'json')).toThrow(
        expect.objectContaining({ code: 'transform_failed' }) as Error,
      ),
  );
});

describe(toTaskText.name, () => {
  it.each([
    ['as it is', 'as it is'],
    [{ data: '…' }, '{"data":"…"}'],
    [[1, null], '[1,null]'],
    [0, '0'],
    [null, 'null'],
    [false, 'false'],
  ])('of %j is %s', (input, text) => expect(toTaskText(input)).toBe(text));
});
