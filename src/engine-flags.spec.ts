import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { engineFlags } from './engine-flags.js';

describe(engineFlags.name, () => {
  it('are known to the engine that runs', () => {
    const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
    for (const flag of engineFlags(process.versions.v8))
      expect(known).toMatch(new RegExp(`^ +${flag.replace(/=.*/, '')} `, 'm'));
  });

  it.each([
    ['11.3.244.8-node.38', ['--interrupt-budget=33000', '--always-sparkplug']],
    ['11.8.172.17-node.20', ['--always-sparkplug']],
    ['12.4.254.21-node.57', ['--always-sparkplug']],
    ['13.6.233.17-node.53', ['--always-sparkplug']],
  ])('of V8 %s are those it has', (v8, flags) => {
    expect(engineFlags(v8)).toEqual(flags);
  });
});
