import { describe, expect, it } from 'vitest';
import { corsOptions } from './cors.js';

const lets = (origin: string, ...origins: string[]) =>
  (corsOptions(origins).origin as RegExp[]).some((pattern) => pattern.test(origin));

describe(corsOptions.name, () => {
  it('lets nobody in without a list, and everybody with a star', () => {
    expect(corsOptions([]).origin).toBe(false);
    expect(corsOptions(['https://a.example', '*']).origin).toBe(true);
  });

  it('lets scripts read that an answer was given again', () =>
    expect(corsOptions([]).exposedHeaders).toContain('Idempotent-Replayed'));

  it('takes an origin as it is', () => {
    expect(lets('https://a.example', 'https://a.example')).toBe(true);
    expect(lets('https://aXexample', 'https://a.example')).toBe(false);
    expect(lets('https://a.example:1', 'https://a.example')).toBe(false);
  });

  it('takes a star for any port and for none', () => {
    expect(lets('http://localhost:3000', 'http://localhost:*')).toBe(true);
    expect(lets('http://localhost', 'http://localhost:*')).toBe(true);
    expect(lets('http://localhost:3000.evil.example', 'http://localhost:*')).toBe(false);
    expect(lets('http://localhost.evil.example', 'http://localhost:*')).toBe(false);
  });
});
