import { describe, expect, it } from 'vitest';
import { ResponseHead } from './response-head.js';

const head = (...lines: string[]) => ResponseHead.of(['HTTP/1.1 200 OK', ...lines].join('\r\n'));

describe(ResponseHead.name, () => {
  it('finds a field whatever its letters, without the space around its value', () => {
    expect(head('Retry-AFTER:  7 ').get('retry-after')).toBe('7');
    expect(head('Retry-After: 7').get('retry')).toBeUndefined();
  });

  it.each([
    [['Connection: close'], 0],
    [['Connection: keep-alive'], Infinity],
    [['Keep-Alive: timeout=5'], 4_000],
    [['Keep-Alive: timeout=0, max=3'], 0],
    [[], Infinity],
  ])('knows how long the connection is kept: %j', (lines, ms) => {
    expect(head(...lines).keptAliveMs).toBe(ms);
  });

  it('takes HTTP/1.0 at its word only', () => {
    expect(ResponseHead.of('HTTP/1.0 200 OK').keptAliveMs).toBe(0);
    expect(ResponseHead.of('HTTP/1.0 200 OK\r\nConnection: Keep-Alive').keptAliveMs).toBe(Infinity);
  });
});
