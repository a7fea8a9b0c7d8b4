import { describe, expect, it } from 'vitest';
import { AllowedOrigins } from './allowed-origins.js';

const allows = (origins: readonly string[], origin: string | undefined, host = 'gateway:8002') =>
  new AllowedOrigins(origins).allows({ headers: { origin, host } });

describe(AllowedOrigins.name, () => {
  it.each([
    [undefined],
    ['http://localhost'],
    ['http://localhost:3000'],
    ['https://127.0.0.1:8443'],
    ['http://[::1]:9'],
    ['https://chat.example.org'],
  ])('lets %s in', (origin) => expect(allows(['https://chat.example.org'], origin)).toBe(true));

  it.each([
    ['null'],
    ['http://gateway:8002'],
    ['http://localhost.evil.org'],
    ['https://chat.example.org:444'],
  ])('keeps %s out', (origin) => expect(allows(['https://chat.example.org'], origin)).toBe(false));

  it('lets pages in that come from its own address, not from a name that may point anywhere', () => {
    expect(allows([], 'http://192.168.10.29:8000', '192.168.10.29:8000')).toBe(true);
    expect(allows([], 'http://[2001:db8::1]:8000', '[2001:db8::1]:8000')).toBe(true);
    expect(allows([], 'http://192.168.10.29:9', '192.168.10.29:8000')).toBe(false);
  });

  it('lets all in where all may come', () => expect(allows(['*'], 'https://evil.example')).toBe(true));

  it.each([
    [undefined, undefined, true],
    [undefined, 'same-origin', true],
    [undefined, 'same-site', true],
    [undefined, 'none', true],
    [undefined, 'cross-site', false],
    ['https://chat.example.org', 'cross-site', true],
    ['https://evil.example', 'same-site', false],
    ['null', undefined, false],
  ])('decides of a GET from %s that is %s', (origin, site, isAllowed) => {
    const headers = { origin, host: 'gateway:8002', 'sec-fetch-site': site };
    expect(new AllowedOrigins(['https://chat.example.org']).allowsGet({ headers })).toBe(isAllowed);
    expect(new AllowedOrigins(['*']).allowsGet({ headers })).toBe(true);
  });
});
