import { describe, expect, it } from 'vitest';
import { LabelSet, OTHER } from './label-set.js';

describe(LabelSet.name, () => {
  it('takes known names as they are, and all others as one', () => {
    const labels = new LabelSet(10, (name) => name.startsWith('phi'));
    expect(['phi3', 'phi4', 'unknown', ''].map((name) => labels.toLabel(name))).toEqual([
      'phi3',
      'phi4',
      OTHER,
      OTHER,
    ]);
  });

  it('takes no more names than its bound, and keeps those it has', () => {
    const labels = new LabelSet(2, () => true);
    expect(['a', 'b', 'c', 'a', 'b'].map((name) => labels.toLabel(name))).toEqual([
      'a',
      'b',
      OTHER,
      'a',
      'b',
    ]);
  });

  it('forgets nothing and asks once per name it took', () => {
    let asked = 0;
    const labels = new LabelSet(2, () => ++asked > 0);
    for (let i = 0; i < 1_000; i++) labels.toLabel('phi3');
    expect(asked).toBe(1);
  });
});
