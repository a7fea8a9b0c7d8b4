import { describe, expect, it } from 'vitest';
import { joinLogprobs, toLogprobs } from '../../../contracts/logprobs.js';
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

  it('says what tokens scored in lists, and where in the text of its answer each begins', () => {
    const score = (token: string, ...others: string[]) =>
      toLogprobs([
        {
          token,
          logprob: -1,
          bytes: [1],
          top_logprobs: others.map((other) => ({ token: other, logprob: -2, bytes: null })),
        },
      ]);
    const say = writer(false, 2).scoredText!;
    const frames = [
      say(toWireText('a👋'), joinLogprobs(score('a'), score('👋')), 0, 0),
      say('b', score('b'), 1, 1),
      say('c', score('c', 'c', 'd'), 0, 2),
    ];
    const said = frames.flatMap(readFrames) as { choices: { logprobs: object }[] }[];
    expect(said.map(({ choices }) => choices[0])).toEqual([
      {
        ...{ index: 0, text: 'a👋', finish_reason: null },
        logprobs: { tokens: ['a', '👋'], token_logprobs: [-1, -1], top_logprobs: null, text_offset: [0, 1] },
      },
      {
        ...{ index: 1, text: 'b', finish_reason: null },
        logprobs: { tokens: ['b'], token_logprobs: [-1], top_logprobs: null, text_offset: [0] },
      },
      {
        ...{ index: 0, text: 'c', finish_reason: null },
        logprobs: { tokens: ['c'], token_logprobs: [-1], top_logprobs: [{ c: -2, d: -2 }], text_offset: [2] },
      },
    ]);
  });

  it('counts on where a reader comes back to', () => {
    const head = { id: 'cmpl-1', created: 5, model: 'phi3', agent: undefined, choices: 1 };
    const back = new OpenAiCompletionDialect().writer(
      head,
      options({ before: () => [{ text: toWireText('é👋') }] }),
    );
    const scores = toLogprobs([{ token: 'a', logprob: -1, bytes: null, top_logprobs: [] }]);
    expect(readFrames(back.scoredText!('a', scores, 0, 1))).toMatchObject([
      { choices: [{ logprobs: { text_offset: [2] } }] },
    ]);
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
