import { describe, expect, it } from 'vitest';
import type { DialectOptions } from '../../../contracts/stream-dialect.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { OpenAiChatDialect } from './openai-chat.dialect.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readFrames } from './testing/read-frames.js';

const HEAD = { id: 'chatcmpl-1', created: 1694268190, model: 'phi3 "ü" 👋', agent: undefined, choices: 1 };
const COMMON = {
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1694268190,
  model: 'phi3 "ü" 👋',
  system_fingerprint: 'fp_citadel',
};

const writer = (changed: Partial<DialectOptions> = {}, choices = 1) =>
  new OpenAiChatDialect().writer({ ...HEAD, choices }, options(changed));
const chunk = (delta: object, finish: string | null = null, index = 0) => ({
  ...COMMON,
  choices: [{ index, delta, logprobs: null, finish_reason: finish }],
});
const usage = { promptTokens: 9, completionTokens: 1, cachedTokens: 4, reasoningTokens: 2 };

describe(OpenAiChatDialect.name, () => {
  it('opens with the role, once for each answer', () => {
    const first = { role: 'assistant', content: '' };
    expect(readFrames(writer().open())).toEqual([chunk(first)]);
    expect(readFrames(writer({}, 2).open())).toEqual([chunk(first), chunk(first, null, 1)]);
  });

  it('opens an answer without text where it begins with a thought or a call, as OpenAI does', () => {
    const two = writer({}, 2);
    two.toolCall({ index: 0, id: 'call_1', name: 'find', arguments: '' }, 1, 0);
    expect(readFrames(two.open())).toEqual([
      chunk({ role: 'assistant', content: '' }),
      chunk({ role: 'assistant', content: null }, null, 1),
    ]);
    const one = writer();
    one.reasoning(toWireText('hm'), 0, 0);
    expect(readFrames(one.open())).toEqual([chunk({ role: 'assistant', content: null })]);
  });

  it.each(['Hello', '"\\\n\r\t\u0000 é 中 👩‍👩‍👧', '\ud83d', '\u2028</script>', '[DONE]', 'data: x'])(
    'copies %j unharmed',
    (text) => {
      expect(readFrames(writer().text(toWireText(text), 0, 0))).toEqual([chunk({ content: text })]);
      expect(readFrames(writer().text(toWireText(text), 3, 0))).toEqual([chunk({ content: text }, null, 3)]);
    },
  );

  it.each(['reasoning_content', 'reasoning'] as const)('says reasoning as %s', (reasoningField) => {
    const frames = writer({ reasoningField }).reasoning(toWireText('hm, é'), 1, 0);
    expect(readFrames(frames)).toEqual([chunk({ [reasoningField]: 'hm, é' }, null, 1)]);
  });

  it('names a tool call in its first piece only', () => {
    const first = { index: 1, id: 'call_1', name: 'find', arguments: '' };
    expect(readFrames(writer().toolCall(first, 0, 0))).toEqual([
      chunk({
        tool_calls: [{ index: 1, id: 'call_1', type: 'function', function: { name: 'find', arguments: '' } }],
      }),
    ]);
    expect(readFrames(writer().toolCall({ index: 1, arguments: '{"a":"é"' }, 0, 0))).toEqual([
      chunk({ tool_calls: [{ index: 1, function: { arguments: '{"a":"é"' } }] }),
    ]);
  });

  it('finishes each answer with an empty delta, and says [DONE]', () => {
    const frames = writer({}, 2).finished(finished({ finishReasons: ['length', 'tool_calls'], usage }));
    expect(readFrames(frames)).toEqual([chunk({}, 'length'), chunk({}, 'tool_calls', 1), '[DONE]']);
  });

  it('says usage in a chunk without choices when asked, and null in every other one', () => {
    const asked = writer({ includeUsage: true });
    for (const frames of [
      asked.open(),
      asked.text('a', 0, 0),
      asked.text('a', 1, 0),
      asked.reasoning('a', 0, 0),
      asked.toolCall({ index: 0, arguments: '' }, 0, 0),
    ]) {
      expect(readFrames(frames)[0]).toHaveProperty('usage', null);
    }
    const [finish, counts, done] = readFrames(asked.finished(finished({ usage })));
    expect(finish).toEqual({ ...chunk({}, 'stop'), usage: null });
    expect(counts).toEqual({
      ...COMMON,
      choices: [],
      usage: {
        prompt_tokens: 9,
        completion_tokens: 1,
        total_tokens: 10,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 2 },
      },
    });
    expect(done).toBe('[DONE]');
  });

  it('has no usage key anywhere unless asked', () => {
    const plain = writer();
    const frames = plain.open() + plain.text('a', 0, 0) + plain.finished(finished({ usage }));
    for (const frame of readFrames(frames)) expect(frame).not.toHaveProperty('usage');
  });

  it('ends a failure and a stop with an error that has all four keys, and without [DONE]', () => {
    const failed = writer().failed(
      { code: 'upstream_incomplete', message: 'broke "off" – é', detail: 'no' },
      ending(),
    );
    const error = { type: expect.any(String) as string, param: null };
    expect(readFrames(failed)).toEqual([
      { error: { ...error, code: 'upstream_incomplete', message: 'broke "off" – é' } },
    ]);
    for (const [reason, code] of [
      ['cancelled', 'cancelled'],
      ['timeout', 'timeout'],
      ['shutdown', 'shutdown'],
      ['slow_client', 'slow_client'],
      ['client_gone', 'cancelled'],
    ] as const) {
      expect(readFrames(writer().cancelled(reason, ending()))).toEqual([
        { error: { ...error, code, message: expect.any(String) as string } },
      ]);
    }
  });
});
