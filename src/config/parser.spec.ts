import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { decimal, flag, listOf, name, oneOf, parseValue, text, wholeNumber } from './parser.js';

describe('parsers', () => {
  it.each([
    ['text', text, ' a b ', 'a b'],
    ['text', text, ' ', undefined],
    ['text', text, 4, undefined],
    ['name', name, 'p8-sim', 'p8-sim'],
    ['name', name, '../etc', undefined],
    ['name', name, 'a b', undefined],
    ['wholeNumber', wholeNumber(0, 10), '7', 7],
    ['wholeNumber', wholeNumber(0, 10), 7, 7],
    ['wholeNumber', wholeNumber(0, 10), '11', undefined],
    ['wholeNumber', wholeNumber(0, 10), '0x7', undefined],
    ['wholeNumber', wholeNumber(0, 10), '7 apples', undefined],
    ['wholeNumber', wholeNumber(0, 10), 1.5, undefined],
    ['wholeNumber', wholeNumber(0), '99999999999999999', undefined],
    ['decimal', decimal(0, 10), '0.5', 0.5],
    ['decimal', decimal(0, 10), '1e1', undefined],
    ['decimal', decimal(0, 10), Number.NaN, undefined],
    ['flag', flag, 'ON', true],
    ['flag', flag, 'false', false],
    ['flag', flag, true, true],
    ['flag', flag, 'maybe', undefined],
    ['oneOf', oneOf('allow', 'reject'), 'Allow', 'allow'],
    ['oneOf', oneOf('allow', 'reject'), 'deny', undefined],
    ['listOf', listOf(wholeNumber(1)), '1, 2,,2', [1, 2]],
    ['listOf', listOf(wholeNumber(1)), '[1, "2"]', [1, 2]],
    ['listOf', listOf(wholeNumber(1)), '[]', []],
    ['listOf', listOf(wholeNumber(1)), [3], [3]],
    ['listOf', listOf(wholeNumber(1)), '[1', undefined],
    ['listOf', listOf(wholeNumber(1)), '1,x', undefined],
    ['listOf', listOf(wholeNumber(1)), 3, undefined],
  ])('%s reads case %#', (_name, parser, raw, value) => {
    expect(parser.parse(raw)).toEqual(value);
  });
});

describe(parseValue.name, () => {
  it('names the key and what was expected, never the value', () => {
    expect(() => parseValue('LIMIT', 'hunter2', wholeNumber(1, 5))).toThrow(
      new ConfigError('LIMIT must be a whole number from 1 to 5'),
    );
  });
});
