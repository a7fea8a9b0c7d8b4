import { describe, expect, it } from 'vitest';
import { asksStreamingApi } from './asks-streaming-api.js';

type Question = Parameters<typeof asksStreamingApi>[0];

const question = (parts: { query?: object; port?: number; host?: string }): Question =>
  ({
    query: parts.query ?? {},
    raw: { socket: { localPort: parts.port ?? 8002 } },
    headers: { host: parts.host },
  }) as never;

describe(asksStreamingApi.name, () => {
  it.each([
    ['the query', { query: { profile: 'streaming-api' } }],
    ['the port', { port: 9096 }],
    ['the Host header', { host: 'gateway.example.org:9096' }],
  ])('is told by %s', (_, parts) => {
    expect(asksStreamingApi(question(parts), 9096)).toBe(true);
  });

  it.each([
    ['nothing', {}],
    ['another profile', { query: { profile: 'gui' } }],
    ['a list of profiles', { query: { profile: ['streaming-api'] } }],
    ['another port', { host: 'gateway.example.org:19096', port: 8000 }],
  ])('is not told by %s', (_, parts) => {
    expect(asksStreamingApi(question(parts), 9096)).toBe(false);
  });
});
