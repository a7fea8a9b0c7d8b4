import { describe, expect, it } from 'vitest';
import { Conditions, containing } from './conditions.js';

describe(Conditions.name, () => {
  it('puts values into parameters only, and leaves out what has none', () => {
    const where = new Conditions()
      .add('a = ?', "'; DROP TABLE messages; --")
      .add('b = ?', undefined)
      .add('(c = ? OR d = ?)', '$1');
    expect(where.sql).toBe('a = $1 AND (c = $2 OR d = $2)');
    expect(where.bind(7)).toBe('$3');
    expect(where.values).toEqual(["'; DROP TABLE messages; --", '$1', 7]);
  });
});

describe(containing.name, () => {
  it('takes the text as it stands', () => {
    expect(containing('50%_\\')).toBe('%50\\%\\_\\\\%');
    expect(containing(undefined)).toBeUndefined();
  });
});
