import { describe, expect, it } from 'vitest';
import { CHAT_COMPLETION, ERROR_BODY } from './openai-schemas.js';
import { faultsOfChatStream, faultsOfCompletionStream } from './openai-schemas-stream.js';
import { readChatStream } from './sse.js';

const message = { role: 'assistant', content: 'Hi', refusal: null, annotations: [] };
const answer = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};

describe('the shape of a chat completion', () => {
  it('fits one', () => expect(CHAT_COMPLETION(answer)).toEqual([]));

  it.each([
    ['a missing key', { ...answer, created: undefined }, '$.created is missing, not an integer'],
    ['a number with a fraction', { ...answer, created: 1.5 }, '$.created is 1.5, not an integer'],
    ['another object', { ...answer, object: 'list' }, '$.object is "list", not "chat.completion"'],
    ['a key of its own', { ...answer, cost: 1 }, '$.cost is not known'],
    ['no list', { ...answer, choices: {} }, '$.choices is not a list'],
    [
      'absent logprobs',
      { ...answer, choices: [{ index: 0, message, finish_reason: 'stop' }] },
      '$.choices[0].logprobs is not an object',
    ],
    [
      'a reason that is none',
      { ...answer, choices: [{ index: 0, message, logprobs: null, finish_reason: 'end' }] },
      '$.choices[0].finish_reason is "end", not one of stop, length, tool_calls, content_filter',
    ],
  ])('does not fit %s', (_what, value, fault) => {
    expect(CHAT_COMPLETION(value)).toEqual([fault]);
  });

  it('wants all keys of an error', () => {
    expect(ERROR_BODY({ error: { message: 'no', type: 't', param: null, code: 7 } })).toEqual([
      '$.error.code is 7, not a string',
    ]);
    expect(ERROR_BODY({ error: { message: 'no', type: 't' } })).toHaveLength(2);
  });
});

describe('the rules of a stream', () => {
  const head = { id: 'a', object: 'chat.completion.chunk', created: 1, model: 'm', system_fingerprint: 'fp' };
  const chunk = (delta: object, reason: string | null = null, more: object = {}) =>
    JSON.stringify({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
      ...more,
    });
  const role = chunk({ role: 'assistant', content: '' });
  const hi = chunk({ content: 'Hi' });
  const end = chunk({}, 'stop');
  const piece = (index: number, id?: string) =>
    chunk({ tool_calls: [{ index, id, function: { arguments: '' } }] });

  const faultsOf = async (payloads: readonly string[], rules = {}) =>
    faultsOfChatStream(await readChatStream(streamOf(payloads)), rules);

  it('fit a good one', async () => {
    expect(await faultsOf([role, hi, end, '[DONE]'])).toEqual([]);
  });

  it.each<[string, string[], object?]>([
    ['no role', [hi, end, '[DONE]']],
    ['a second role', [role, role, end, '[DONE]']],
    ['a delta in the last chunk', [role, hi, chunk({ content: '!' }, 'stop'), '[DONE]']],
    ['no reason', [role, hi, chunk({}), '[DONE]']],
    ['an early reason', [role, chunk({ content: 'x' }, 'length'), end, '[DONE]']],
    ['no end', [role, hi, end]],
    ['another id', [role, chunk({ content: 'Hi' }, null, { id: 'b' }), end, '[DONE]']],
    ['usage unasked', [role, hi, chunk({}, 'stop', { usage: null }), '[DONE]']],
    ['no usage', [role, hi, end, '[DONE]'], { includeUsage: true }],
    ['a missing choice', [role, hi, end, '[DONE]'], { choices: 2 }],
    ['a number used again', [role, piece(0, 'x'), piece(0, 'y'), end, '[DONE]']],
    ['a call without a name', [role, piece(0, 'x'), piece(1), end, '[DONE]']],
    ['text beside reasoning', [role, chunk({ content: 'a', reasoning_content: 'b' }), end, '[DONE]']],
  ])('do not fit %s', async (_what, payloads, rules) => {
    expect(await faultsOf(payloads, rules)).not.toEqual([]);
  });

  it('know text completions', async () => {
    const said = (text: string, reason: string | null) =>
      JSON.stringify({
        ...head,
        object: 'text_completion',
        choices: [{ text, index: 0, logprobs: null, finish_reason: reason }],
      });
    const read = (payloads: readonly string[]) => readChatStream(streamOf(payloads));
    expect(faultsOfCompletionStream(await read([said('a', null), said('', 'stop'), '[DONE]']))).toEqual([]);
    expect(faultsOfCompletionStream(await read([said('a', 'stop'), '[DONE]']))).toEqual([
      'choice 0 ends with text',
    ]);
  });
});

const streamOf = (payloads: readonly string[]) =>
  new Response(payloads.map((payload) => `data: ${payload}\n\n`).join(''));
