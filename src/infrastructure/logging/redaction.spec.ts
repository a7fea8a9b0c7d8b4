import { describe, expect, it } from 'vitest';
import { redact, redactText } from './redaction.js';

const CANARY = 'canary-4f1d9c';

describe(redact.name, () => {
  it.each([
    'authorization',
    'Proxy-Authorization',
    'cookie',
    'set-cookie',
    'X-API-Key',
    'apiKey',
    'api_key',
    'password',
    'clientSecret',
  ])('censors the field %s at any depth', (field) => {
    const said = JSON.stringify(redact({ a: { b: [{ [field]: CANARY, other: 'kept' }] } }));
    expect(said).not.toContain(CANARY);
    expect(said).toContain('kept');
  });

  it('never lets out what callers say', () => {
    const said = JSON.stringify(redact({ body: { prompt: CANARY, messages: [{ content: CANARY }] } }));
    expect(said).not.toContain(CANARY);
  });

  it('keeps of an error where it happened and why, and no request or statement it carries', () => {
    const error = Object.assign(new Error('refused', { cause: new Error('deeper') }), {
      code: 'ECONNREFUSED',
      config: { headers: { authorization: CANARY } },
      command: { name: 'auth', args: [CANARY] },
      parameters: [CANARY],
    });
    const said = redact({ err: error }) as { err: Record<string, unknown> };
    expect(said.err).toMatchObject({
      type: 'Error',
      message: 'refused',
      code: 'ECONNREFUSED',
      cause: { message: 'deeper' },
    });
    expect(said.err.stack).toContain('redaction.spec.ts');
    expect(JSON.stringify(said)).not.toContain(CANARY);
  });

  it('ends where objects nest too deep, run in circles or are too large', () => {
    const circle: Record<string, unknown> = {
      bytes: Buffer.alloc(1e6),
      many: Array.from({ length: 1e5 }, () => 'x'),
    };
    circle.self = circle;
    const line = JSON.stringify(redact(circle));
    expect(line).toContain('[nested]');
    expect(line).toContain('[1000000 bytes]');
    expect(line.length).toBeLessThan(10_000);
  });

  it('leaves numbers, flags and missing values alone', () => {
    expect(redact({ count: 3, on: true, none: null })).toEqual({ count: 3, on: true, none: null });
  });
});

describe(redactText.name, () => {
  it.each([
    `Authorization: Bearer ${CANARY}`,
    `bearer ${CANARY}`,
    `Basic ${Buffer.from(CANARY).toString('base64')}`,
    `api_key=${CANARY}&x=1`,
    `{"x-api-key":"${CANARY}"}`,
    `Cookie: ${CANARY}`,
    `redis://user:${CANARY}@cache:6379/0`,
    `postgresql://citadel:${CANARY}@db/citadel`,
    `sk-${CANARY}`,
    `eyJhbGciOiJIUzI1NiJ9.${CANARY}.${CANARY}`,
  ])('censors the secret in: %s', (text) => {
    const said = redactText(text);
    expect(said).not.toContain(CANARY);
    expect(said).not.toContain(Buffer.from(CANARY).toString('base64'));
  });

  it('leaves ordinary sentences as they are', () => {
    const text = 'database ready: 2 migrations, 5 tokens counted, basic set-up done';
    expect(redactText(text)).toBe(text);
  });

  it('cuts texts that are larger than a line should be', () => {
    expect(redactText('x'.repeat(100_000)).length).toBeLessThan(10_000);
  });
});

describe('what stands in addresses', () => {
  it('is redacted where it is a ticket or what a caller said', () => {
    const url = '/agent/stream?agent_type=travel&task=my%20secret&ticket=tk_abcdefghijkl&prompt=hush';
    const said = redactText(`GET ${url} failed`);
    expect(said).toContain('agent_type=travel');
    expect(said).not.toMatch(/secret|tk_|hush/);
    expect(redact({ ticket: 'tk_1', 'sec-websocket-protocol': 'bearer, a.b.c' })).toEqual({
      ticket: '[redacted]',
      'sec-websocket-protocol': '[redacted]',
    });
  });
});
