import { describe, expect, it } from 'vitest';
import { isTooOld } from './least-version.js';

describe(isTooOld.name, () => {
  it.each(['2.8.24', '5.0.14', '6.0.16', '6.1.240'])('%s is', (version) => {
    expect(isTooOld(version)).toBe(true);
  });

  it.each(['6.2.0', '6.2', '7.0.15', '7.4.1', '8.0.0', '10.0.1', ''])('%s is not', (version) => {
    expect(isTooOld(version)).toBe(false);
  });
});
