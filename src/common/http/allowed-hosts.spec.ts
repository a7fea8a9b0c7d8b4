import { describe, expect, it } from 'vitest';
import { AllowedHosts } from './allowed-hosts.js';

const allows = (names: readonly string[], host: string | undefined) =>
  new AllowedHosts(names).allows({ headers: { host } });

describe(AllowedHosts.name, () => {
  it.each([
    'localhost',
    'LOCALHOST:8002',
    '127.0.0.1:8002',
    '192.168.10.29',
    '[::1]:8002',
    '[2001:db8::1]',
    'ai.example.org',
    'AI.example.org.:443',
  ])('knows %s', (host) => expect(allows(['ai.example.org'], host)).toBe(true));

  it.each([
    undefined,
    '',
    'evil.example',
    'ai.example.org.evil.example',
    'x.ai.example.org',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ])('does not know %j', (host) => expect(allows(['ai.example.org'], host)).toBe(false));

  it.each(['', 'a b', 'x@y', 'x/y', 'x:y'])('takes %j for no name, whatever may come', (host) =>
    expect(allows(['*'], host)).toBe(false),
  );

  it('knows every name where any may come', () => expect(allows(['*'], 'gateway:8002')).toBe(true));
});
