import { describe, expect, it } from 'vitest';
import { fromWireText, toWireText } from '../../../contracts/wire-text.js';
import { toArguments, toInput } from './custom-input.js';

describe(toInput.name, () => {
  it.each([
    ['what was wrapped', toArguments('a\n"ü" \\ 👋'), 'a\n"ü" \\ 👋'],
    ['an empty text', '{"input":""}', ''],
    ['a text by another name', '{"patch":"a"}', 'a'],
    ['the input among others', '{"why":"b","input":"a"}', 'a'],
    ['several texts as they came', '{"a":"1","b":"2"}', '{"a":"1","b":"2"}'],
    ['another kind as it came', '{"input":{"a":1}}', '{"input":{"a":1}}'],
    ['what broke off as it came', '{"input":"*** Be', '{"input":"*** Be'],
    ['nothing', '', ''],
    ['null as it came', 'null', 'null'],
  ])('gives %s', (_what, args, input) => {
    expect(fromWireText(toInput(toWireText(args)))).toBe(input);
  });
});
