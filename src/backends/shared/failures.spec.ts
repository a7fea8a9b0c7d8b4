import { describe, expect, it } from 'vitest';
import { findErrorText, readErrorBody } from './error-text.js';
import { endedEarly, fromFault, fromStatus, protocolFailure, reportedFailure } from './failures.js';

describe(fromFault.name, () => {
  it.each([
    ['unreachable', false, 'upstream_unavailable'],
    ['broken', false, 'upstream_unavailable'],
    ['broken', true, 'upstream_incomplete'],
    ['protocol', false, 'upstream_protocol_error'],
    ['protocol', true, 'upstream_protocol_error'],
  ] as const)('%s, with something said: %s, is %s', (kind, started, code) => {
    const failure = fromFault({ kind, detail: 'ECONNRESET 10.0.0.7:11434' }, started);
    expect(failure.code).toBe(code);
    expect(failure.detail).toContain('10.0.0.7');
    expect(failure.message).not.toContain('10.0.0.7');
  });
});

describe(endedEarly.name, () => {
  it('is a broken protocol before anything was said, and an incomplete answer after', () => {
    expect(endedEarly(false).code).toBe('upstream_protocol_error');
    expect(endedEarly(true).code).toBe('upstream_incomplete');
  });
});

describe(fromStatus.name, () => {
  it.each([
    [204, 'upstream_protocol_error'],
    [301, 'upstream_protocol_error'],
    [400, 'invalid_request'],
    [401, 'upstream_auth'],
    [403, 'upstream_auth'],
    [404, 'model_not_found'],
    [405, 'upstream_error'],
    [413, 'invalid_request'],
    [422, 'invalid_request'],
    [429, 'rate_limit_exceeded'],
    [499, 'upstream_error'],
    [500, 'upstream_error'],
    [503, 'server_busy'],
    [504, 'upstream_error'],
  ])('%i is %s', (status, code) => {
    expect(fromStatus(status, '', undefined).code).toBe(code);
  });

  it.each([
    // FastAPI, llama.cpp, Go's router.
    '{"detail":"Not Found"}',
    '{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}',
    '404 page not found',
  ])('does not blame the model where the server has no such path: %s', (body) => {
    expect(fromStatus(404, body, undefined)).toMatchObject({
      code: 'upstream_error',
      message: expect.stringContaining('its address may lack a prefix such as `/v1`'),
    });
  });

  it('tells the words only for what the caller can mend, and logs them always', () => {
    for (const status of [400, 413, 422])
      expect(fromStatus(status, 'too long', undefined).message).toContain('too long');
    for (const status of [401, 403, 404, 429, 500, 503]) {
      const failure = fromStatus(status, 'the words', undefined);
      expect(failure.message).not.toContain('the words');
      expect(failure.detail).toBe(`status ${status}: the words`);
    }
  });

  it.each([
    // OpenAI, vLLM; llama.cpp; SGLang; Ollama; Groq, whose words are about the length of messages.
    '{"error":{"message":"This model\'s maximum context length is 4096 tokens.","code":"context_length_exceeded"}}',
    '{"object":"error","message":"This model\'s maximum context length is 4096 tokens.","code":400}',
    '{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it"}}',
    '{"error":{"message":"The input (5000 tokens) is longer than the model\'s context length (4096 tokens)."}}',
    '{"error":"the input length exceeds the context length"}',
    '{"error":{"message":"Please reduce the length of the messages.","code":"context_length_exceeded"}}',
  ])('knows a request that does not fit: %s', (body) => {
    for (const status of [400, 413, 422]) {
      const { code, message } = fromStatus(status, body, undefined);
      expect(code).toBe('context_length_exceeded');
      expect(message).toContain('The model server refused the request. It said: ');
    }
  });

  it('knows it of a server that fails in place of refusing, where it says that much', () => {
    const failed = (text: string) => fromStatus(500, JSON.stringify({ error: text }), undefined);
    expect(failed('the input length exceeds the context length')).toMatchObject({
      code: 'context_length_exceeded',
      message: 'The model server refused the request. It said: the input length exceeds the context length',
    });
    expect(failed('out of memory for this context size').code).toBe('upstream_error');
  });

  it('reads an error within an error, as Ollama passes on that of llama.cpp', () => {
    const message = 'request (351 tokens) exceeds the available context size (256 tokens)';
    const error = JSON.stringify({ error: { code: 400, message, type: 'exceed_context_size_error' } });
    expect(fromStatus(400, JSON.stringify({ error }), undefined)).toMatchObject({
      code: 'context_length_exceeded',
      message: `The model server refused the request. It said: ${message}`,
    });
    expect(fromStatus(400, JSON.stringify({ error: '{"a":1}' }), undefined).message).toContain('{"a":1}');
    expect(fromStatus(400, JSON.stringify({ error: '{broken' }), undefined).message).toContain('{broken');
  });

  it('does not take the caller’s own words for the server’s', () => {
    const fault = { loc: ['body', 'tools'], msg: 'a list is wanted', input: 'the context length' };
    expect(fromStatus(422, JSON.stringify({ detail: [fault] }), undefined).code).toBe('invalid_request');
  });

  it('says nothing where nothing was said', () => {
    expect(fromStatus(400, '', undefined).message).toBe('The model server refused the request.');
  });

  it.each([
    ['7', 7],
    ['0', 0],
    ['999999', 3600],
    ['soon', undefined],
    ['-3', undefined],
    ['', undefined],
    [undefined, undefined],
    ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ])('reads Retry-After %j as %j seconds', (header, seconds) => {
    expect(fromStatus(429, '', header).retryAfterS).toBe(seconds);
    expect(fromStatus(503, '', header).retryAfterS).toBe(seconds);
    expect(fromStatus(500, '', header)).not.toHaveProperty('retryAfterS');
  });

  it('reads a date in Retry-After', () => {
    const seconds = fromStatus(429, '', new Date(Date.now() + 90_000).toUTCString()).retryAfterS;
    expect(seconds).toBeGreaterThan(80);
    expect(seconds).toBeLessThanOrEqual(90);
  });
});

describe(reportedFailure.name, () => {
  it('knows a prompt that does not fit', () => {
    expect(reportedFailure('the input length exceeds the context length').code).toBe(
      'context_length_exceeded',
    );
    expect(reportedFailure('out of memory').code).toBe('upstream_error');
  });

  it('bounds what it keeps', () => {
    const { message, detail } = reportedFailure('x'.repeat(1_000_000));
    expect(message.length).toBeLessThan(400);
    expect(detail?.length).toBeLessThan(5000);
  });
});

describe(protocolFailure.name, () => {
  it('says what was wrong', () => {
    expect(protocolFailure('a line is not UTF-8').message).toBe(
      'The model server broke its protocol: a line is not UTF-8.',
    );
  });
});

describe(readErrorBody.name, () => {
  it.each([
    ['{"error":"no"}', 'no'],
    ['{"error":{"message":"no","code":5}}', 'no'],
    ['{"object":"error","message":"no"}', 'no'],
    ['{"detail":"no"}', 'no'],
    ['[{"error":{"message":"no"}}]', 'no'],
    ['"no"', 'no'],
    ['no\n', 'no\n'],
    ['{"error":{"code":5}}', ''],
    ['{"detail":[{"loc":["body"]}]}', ''],
    [
      '{"detail":[{"type":"missing","loc":["body","messages"],"msg":"Field required"}]}',
      'messages: Field required',
    ],
    [
      '{"detail":[{"loc":["body"],"msg":"a"},null,{"loc":["body","tools",0,"type"],"msg":"b"}]}',
      'a; tools.0.type: b',
    ],
    [
      '{"message":{"detail":[{"loc":["body","user"],"msg":"Extra inputs are not permitted"}]}}',
      'user: Extra inputs are not permitted',
    ],
    ['{"error":{"message":{"detail":[{"msg":"a"}]}}}', 'a'],
    ['null', ''],
    ['[]', ''],
    ['', ''],
    ['\n<html><body>10.0.0.1</body></html>', ''],
  ])('%j says %j', (body, text) => {
    expect(readErrorBody(body).text).toBe(text);
  });

  it('reads the UTF-8 that the characters stand for', () => {
    expect(readErrorBody(Buffer.from('{"error":"größer"}').toString('latin1')).text).toBe('größer');
    expect(readErrorBody(Buffer.from('größer').toString('latin1')).text).toBe('größer');
  });

  it('survives any nesting', () => {
    expect(readErrorBody(`${'['.repeat(10_000)}${']'.repeat(10_000)}`).text).toBe('');
    expect(findErrorText({ error: { error: { error: 'deep' } } })).toBeUndefined();
  });
});
