import { describe, expect, it } from 'vitest';
import { OpenAiAnswer } from './answer.js';
import { DONE, event, readAnswer, STOP } from './testing/read-answer.js';

const token = (text: string, logprob = -1) => ({ token: text, logprob, bytes: null, top_logprobs: [] });
const chunk = (delta: object, logprobs: unknown) =>
  event({ choices: [{ index: 0, delta, logprobs, finish_reason: null }] });
const said = (content: string, ...tokens: unknown[]) =>
  chunk({ content }, { content: tokens, refusal: null });

const read = (events: readonly string[], wantsLogprobs = true) =>
  readAnswer([...events, STOP, DONE], { wantsLogprobs });

describe(`${OpenAiAnswer.name}, asked for log probabilities`, () => {
  it('tells those of each piece with it', () => {
    const top = {
      ...token('Hé', -0.25),
      bytes: [72, 195, 169],
      top_logprobs: [{ token: 'Ho', logprob: -2, bytes: null }],
    };
    const { pieces, scores, violations } = read([said('Hé', top), said('!?', token('!'), token('?', -3))]);
    expect(pieces).toEqual(['Hé', '!?']);
    expect(scores).toEqual([[top], [token('!'), token('?', -3)]]);
    expect(violations).toEqual([]);
  });

  it('tells them in their order when some pieces have none', () => {
    const bare = chunk({ content: 'b' }, null);
    const { pieces, scores } = read([said('a', token('a')), bare, bare, said('c', token('c')), bare]);
    expect(pieces).toEqual(['a', 'b', 'b', 'c', 'b']);
    expect(scores).toEqual([[token('a')], [token('c')]]);
  });

  it('keeps those of half a character until there is text', () => {
    const { scores } = read([
      said('', token('\ufffd', -2)),
      said('', token('\ufffd', -3)),
      said('👋', token('👋')),
    ]);
    expect(scores).toEqual([[token('\ufffd', -2), token('\ufffd', -3), token('👋')]]);
  });

  it('tells none of thoughts, of tags around them, and of tool calls', () => {
    const call = { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } }] };
    const { scores, joined, reasoningText } = read([
      chunk({ reasoning_content: 'Hm' }, { content: [token('Hm')] }),
      said('<think>', token('<think>')),
      said('so', token('so')),
      said('</think>', token('</think>')),
      said('\n\n', token('\n\n')),
      said('Four', token('Four')),
      chunk(call, { content: [token('{}')] }),
    ]);
    expect([reasoningText, joined]).toEqual(['Hmso', 'Four']);
    expect(scores).toEqual([[token('Four')]]);
  });

  it('reads the lists of completions of a prompt', () => {
    const completion = (text: string, logprobs: object) => event({ choices: [{ index: 0, text, logprobs }] });
    const { pieces, scores } = read([
      completion('ab', {
        tokens: ['a', 'b'],
        token_logprobs: [-1, -2],
        top_logprobs: [{ a: -1, x: -4 }, null],
        text_offset: [0, 1],
      }),
      completion('c', { tokens: ['c'], token_logprobs: [-3], top_logprobs: null, text_offset: [2] }),
      // As llama.cpp answers them.
      completion('d', { content: [{ id: 5, token: 'd', bytes: [100], logprob: -4, top_logprobs: [] }] }),
    ]);
    expect(pieces).toEqual(['ab', 'c', 'd']);
    const others = [
      { token: 'a', logprob: -1, bytes: null },
      { token: 'x', logprob: -4, bytes: null },
    ];
    expect(scores).toEqual([
      [{ ...token('a'), top_logprobs: others }, token('b', -2)],
      [token('c', -3)],
      [{ ...token('d', -4), bytes: [100] }],
    ]);
  });

  it.each([
    [{ content: [null, 7, {}, { token: 'a' }, { token: 1, logprob: -1 }, { token: 'a', logprob: null }] }],
    [{ tokens: ['a', 7], token_logprobs: [null] }],
    [{ tokens: ['a'] }],
    [{ content: 'a' }],
    [{}],
    ['a'],
    [[]],
  ])('tells text without them where they cannot be read: %j', (logprobs) => {
    const { pieces, scores, reason } = read([chunk({ content: 'a' }, logprobs)]);
    expect([pieces, scores, reason]).toEqual([['a'], [], 'stop']);
  });

  it('passes them over when nobody asked', () => {
    expect(read([said('a', token('a'))], false).scores).toEqual([]);
  });
});
