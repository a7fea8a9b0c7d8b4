import { describe, expect, it } from 'vitest';
import { toModelName } from './tool-name.js';

describe(toModelName.name, () => {
  it.each([
    ['ask', undefined, 'ask'],
    ['ask', null, 'ask'],
    ['ask', 'team', 'team__ask'],
    ['ask', 'mcp__team__', 'mcp__team__ask'],
  ])('makes of %s in %s %s', (name, namespace, expected) => {
    expect(toModelName(name, namespace)).toBe(expected);
  });

  it('keeps long names apart within what model servers take', () => {
    const names = ['a', 'b'].map((end) => toModelName(`${'tool_'.repeat(8)}${end}`, 'n'.repeat(40)));
    expect(names.map(({ length }) => length)).toEqual([64, 64]);
    expect(new Set(names).size).toBe(2);
  });
});
