import { describe, expect, it } from 'vitest';
import { toWireText } from '../../../contracts/wire-text.js';
import { OpenAiCompletionDialect, toCompletionReason } from './openai-completion.dialect.js';
import { ending, finished, options } from './testing/dialect-fixtures.js';
import { readFrames } from './testing/read-frames.js';

const COMMON = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 5,
  model: 'phi3',
  system_fingerprint: 'fp_citadel',
};
const writer = (includeUsage = false, choices = 1) =>
  new OpenAiCompletionDialect().writer(
    { id: 'cmpl-1', created: 5, model: 'phi3', agent: 'p8', choices },
    options({ includeUsage, reasoningField: 'reasoning' }),
  );
const chunk = (text: string, finish: string | null = null, index = 0) => ({
  ...COMMON,
  choices: [{ index, text, logprobs: null, finish_reason: finish }],
});

describe(OpenAiCompletionDialect.name, () => {
  it('opens with nothing, and has no words for reasoning and tool calls', () => {
    expect(writer().open()).toBe('');
    expect(writer().reasoning('a', 0, 0)).toBe('');
    expect(writer().toolCall({ index: 0, arguments: '{}' }, 0, 0)).toBe('');
  });

  it('copies text unharmed', () => {
    const text = '\n    return "é\\n👋";\t';
    expect(readFrames(writer().text(toWireText(text), 0, 0))).toEqual([chunk(text)]);
    expect(readFrames(writer().text(toWireText(text), 7, 0))).toEqual([chunk(text, null, 7)]);
  });

  it('finishes each answer, and says [DONE]', () => {
    const frames = writer(false, 2).finished(finished({ finishReasons: ['tool_calls', 'length'] }));
    expect(readFrames(frames)).toEqual([chunk('', 'stop'), chunk('', 'length', 1), '[DONE]']);
  });

  it('says usage last when asked, zero where it is unknown, and null before', () => {
    const asked = writer(true);
    expect(readFrames(asked.text('a', 0, 0))).toEqual([{ ...chunk('a'), usage: null }]);
    const [finish, counts] = readFrames(asked.finished(finished({ usage: { promptTokens: 3 } })));
    expect(finish).toEqual({ ...chunk('', 'stop'), usage: null });
    expect(counts).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 },
    });
  });

  it('ends a failure with an error frame alone', () => {
    expect(readFrames(writer().failed({ code: 'timeout', message: 'late' }, ending()))).toMatchObject([
      { error: { code: 'timeout', message: 'late', param: null } },
    ]);
  });
});

describe(toCompletionReason.name, () => {
  it('knows no tools', () => {
    expect(['stop', 'length', 'content_filter', 'tool_calls'].map(toCompletionReason)).toEqual([
      'stop',
      'length',
      'content_filter',
      'stop',
    ]);
  });
});
