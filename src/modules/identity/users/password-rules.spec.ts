import { describe, expect, it } from 'vitest';
import { faultOfPassword } from './password-rules.js';

describe(faultOfPassword, () => {
  it.each(['a horse and nothing else', 'пароль подлиннее', '12 34 56 78 90', 'ada likes old engines'])(
    'takes %s',
    (password) => {
      expect(faultOfPassword(password, 'ada@example.org')).toBeUndefined();
    },
  );

  it.each([
    ['elevenchars', 'at least 12'],
    ['x'.repeat(257), 'at most 256'],
    ['abababababab', 'too few'],
    ['ada@example.org', 'too much like'],
    ['Ada-ada-ada-1', 'too much like'],
  ])('refuses %s', (password, fault) => {
    expect(faultOfPassword(password, 'ada@example.org')).toContain(fault);
  });
});
