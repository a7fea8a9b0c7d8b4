import { describe, expect, it } from 'vitest';
import { content, delta, DONE, readAnswer } from './testing/read-answer.js';

describe('the finish reason', () => {
  const reasonOf = (reason: string, ...before: string[]) => readAnswer([...before, delta({}, reason)]).reason;
  const call = delta({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['tool_calls', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['eos', 'stop'],
    ['toString', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['SAFETY', 'content_filter'],
    ['content_filter: PROHIBITED_CONTENT', 'content_filter'],
  ])('%s is %s', (said, reason) => {
    expect(reasonOf(said)).toBe(reason);
  });

  it('is tool_calls for a turn that called tools, unless it was cut', () => {
    expect(reasonOf('stop', call)).toBe('tool_calls');
    expect(reasonOf('length', call)).toBe('length');
    expect(reasonOf('content_filter', call)).toBe('content_filter');
  });

  it.each([
    'error',
    'abort',
    'insufficient_system_resource',
    'function_call_filter: MALFORMED_FUNCTION_CALL',
    'function_call_filter: UNEXPECTED_TOOL_CALL',
  ])('%s is a failure', (said) => {
    expect(readAnswer([content('a'), delta({}, said), DONE]).failure).toMatchObject({
      code: 'upstream_error',
      message: `The model server failed: the finish reason is ${said}`,
    });
  });
});
