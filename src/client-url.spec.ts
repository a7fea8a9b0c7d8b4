import { describe, expect, it } from 'vitest';
import { toClientUrl } from './client-url.js';

describe(toClientUrl.name, () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:8002'],
    ['gateway.lan', 'http://gateway.lan:8002'],
    ['::1', 'http://[::1]:8002'],
    ['0.0.0.0', 'http://localhost:8002'],
    ['::', 'http://localhost:8002'],
  ])('of %s is %s', (host, url) => {
    expect(toClientUrl(host, 8002)).toBe(url);
    expect(URL.canParse(url)).toBe(true);
  });
});
