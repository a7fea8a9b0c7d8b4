import { describe, expect, it } from 'vitest';
import { OpenAiAnswer } from './answer.js';
import { content, delta, DONE, event, readAnswer, STOP } from './testing/read-answer.js';

describe(OpenAiAnswer.name, () => {
  describe('a stream', () => {
    it('is its pieces, its finish reason and its usage', () => {
      const usage = {
        prompt_tokens: 9,
        completion_tokens: 2,
        total_tokens: 11,
        prompt_tokens_details: { cached_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 0 },
      };
      const { events, violations } = readAnswer([
        delta({ role: 'assistant', content: '' }),
        content('Hel'),
        content('lo'),
        STOP,
        event({ choices: [], usage }),
        DONE,
      ]);
      expect(events).toEqual([
        ['text', 'Hel'],
        ['text', 'lo'],
        ['finished', 'stop', { promptTokens: 9, completionTokens: 2, cachedTokens: 3, reasoningTokens: 0 }],
      ]);
      expect(violations).toEqual([]);
    });

    it('leaves counts unknown that were not said, or that are none', () => {
      const said = event({
        choices: [],
        usage: { prompt_tokens: -1, completion_tokens: '7', prompt_tokens_details: null },
      });
      expect(readAnswer([STOP, DONE]).usage).toEqual({});
      expect(readAnswer([STOP, said, DONE]).usage).toEqual({});
    });

    it('counts the tokens of thoughts where the server does so in the total only', () => {
      const usageOf = (usage: object) => readAnswer([STOP, event({ choices: [], usage }), DONE]).usage;
      const counts = { prompt_tokens: 12, completion_tokens: 2 };
      // xAI says how many there were, Gemini does not.
      expect(
        usageOf({ ...counts, total_tokens: 331, completion_tokens_details: { reasoning_tokens: 317 } }),
      ).toEqual({ promptTokens: 12, completionTokens: 319, reasoningTokens: 317 });
      expect(usageOf({ ...counts, total_tokens: 331 })).toEqual({ promptTokens: 12, completionTokens: 319 });
      for (const total_tokens of [14, 13, 0, -1, '331', null, undefined])
        expect(usageOf({ ...counts, total_tokens })).toMatchObject({ completionTokens: 2 });
      expect(usageOf({ prompt_tokens: 12, total_tokens: 331 })).toEqual({ promptTokens: 12 });
    });

    it('takes each count of the usage that was said last', () => {
      const said = (usage: object) => event({ choices: [], usage });
      const [first, last] = [
        said({ completion_tokens: 0 }),
        said({ completion_tokens: 5, prompt_tokens: null }),
      ];
      expect(readAnswer([first, STOP, last, DONE]).usage).toEqual({ completionTokens: 5 });
      expect(readAnswer([said({ prompt_tokens: 3 }), first, STOP, last, said({}), DONE]).usage).toEqual({
        promptTokens: 3,
        completionTokens: 5,
      });
    });

    it('needs no [DONE] when the finish reason was said', () => {
      expect(readAnswer([content('a'), STOP]).reason).toBe('stop');
    });

    it('is complete when the connection breaks after the finish reason', () => {
      expect(readAnswer([content('a'), STOP], { breaks: true }).reason).toBe('stop');
      expect(readAnswer([content('a')], { breaks: true }).failure?.code).toBe('upstream_incomplete');
    });

    it('is not ended by [DONE] alone', () => {
      expect(readAnswer([content('a'), DONE]).failure?.code).toBe('upstream_incomplete');
      expect(readAnswer([DONE]).failure?.code).toBe('upstream_protocol_error');
    });

    it('is not ended by its body alone', () => {
      expect(readAnswer([content('a')]).failure?.code).toBe('upstream_incomplete');
      expect(readAnswer([]).failure?.code).toBe('upstream_protocol_error');
    });

    it('reads nothing after [DONE]', () => {
      expect(readAnswer([content('a'), STOP, DONE, content('b'), 'rubbish\n']).joined).toBe('a');
    });

    it('reads the first choice only', () => {
      const both = event({
        choices: [
          { index: 1, delta: { content: 'other' }, finish_reason: 'length' },
          { index: 0, delta: { content: 'mine' }, finish_reason: null },
        ],
      });
      const { joined, reason } = readAnswer([both, STOP, DONE]);
      expect({ joined, reason }).toEqual({ joined: 'mine', reason: 'stop' });
    });

    it('reads text completions', () => {
      const said = (text: string, reason: string | null) =>
        event({
          object: 'text_completion',
          choices: [{ index: 0, text, logprobs: null, finish_reason: reason }],
        });
      const { pieces, reason } = readAnswer([
        said('a', null),
        said('b', null),
        said('c', null),
        said('', 'length'),
        DONE,
      ]);
      expect({ pieces, reason }).toEqual({ pieces: ['a', 'b', 'c'], reason: 'length' });
    });

    it('takes reasoning by either name, each before the text of the same event', () => {
      const { events } = readAnswer([
        delta({ reasoning_content: 'r1' }),
        delta({ reasoning_content: 'r2' }),
        delta({ reasoning: 'r3' }),
        delta({ content: 'a', reasoning: 'r4' }),
        delta({ content: 'b', reasoning_content: '' }),
        STOP,
      ]);
      expect(events.slice(0, -1)).toEqual([
        ['reasoning', 'r1'],
        ['reasoning', 'r2'],
        ['reasoning', 'r3'],
        ['reasoning', 'r4'],
        ['text', 'a'],
        ['text', 'b'],
      ]);
    });

    it('takes parts of text for the text they are', () => {
      const parts = delta({ content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }, null] });
      expect(readAnswer([parts, STOP]).pieces).toEqual(['ab']);
    });

    it('tells a refusal from text', () => {
      const refusals = ['I', ' can’t', ' do that.'].map((refusal) => delta({ content: null, refusal }));
      expect(readAnswer([...refusals, STOP]).events.slice(0, 3)).toEqual([
        ['refusal', 'I'],
        ['refusal', ' can’t'],
        ['refusal', ' do that.'],
      ]);
    });

    it('takes the thoughts among parts for reasoning', () => {
      const thinking = (...said: string[]) => ({
        type: 'thinking',
        thinking: said.map((text) => ({ type: 'text', text })),
      });
      const { events } = readAnswer([
        delta({ content: [thinking('r1')] }),
        delta({ content: [thinking('r', '2'), { type: 'text', text: 'a' }] }),
        delta({ content: [{ type: 'thinking', thinking: 'r3' }] }),
        content('b'),
        STOP,
      ]);
      expect(events.slice(0, -1)).toEqual([
        ['reasoning', 'r1'],
        ['reasoning', 'r2'],
        ['text', 'a'],
        ['reasoning', 'r3'],
        ['text', 'b'],
      ]);
    });

    it.each([
      'null',
      '{}',
      '{"choices":null}',
      '{"choices":[null]}',
      '{"choices":[]}',
      '{"choices":[],"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}',
      '{"choices":[{"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":5}}]}',
      '{"choices":[{"index":0,"delta":null}]}',
      '{"choices":[{"index":0,"delta":[]}]}',
      '{"choices":[{"index":null,"delta":{"role":"assistant"},"finish_reason":""}]}',
      '{"choices":[{"index":0,"delta":{"content":null,"refusal":null,"reasoning":null,"tool_calls":null}}]}',
      '{"choices":[{"index":0,"delta":{"content":[null,{"type":"image_url","image_url":{}}]}}]}',
      '{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"reference"}]}]}}]}',
      '{"choices":[{"index":0,"delta":{"function_call":null,"tool_calls":[],"audio_content":5}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[null,{},{"index":0,"function":null}]}}]}',
      '{"choices":[{"index":0,"text":null,"logprobs":null}]}',
      '{"choices":[{"index":1,"delta":"of another choice"}]}',
      '{"choices":[],"usage":"x"}',
      '{"error":null}',
      '{"choices":[{"index":0,"delta":{},"error":null}],"x_groq":{"id":"r"}}',
      '{"choices":[],"x_groq":null}',
    ])('survives %s', (json) => {
      const { events, violations } = readAnswer([
        json === 'null' ? ': nothing\n\n' : event(json),
        content('a'),
        STOP,
      ]);
      expect(events.map(([kind]) => kind)).toEqual(['text', 'finished']);
      expect(violations).toEqual([]);
    });
  });

  describe('a reported failure', () => {
    it.each([
      ['an error object', event({ error: { message: 'it broke', type: 'server_error', code: 500 } })],
      ['an error text', event({ error: 'it broke' })],
      ['an error in a list', event([{ error: { message: 'it broke' } }])],
      ['the error object of older vLLM', event({ object: 'error', message: 'it broke', code: 400 })],
      [
        'an error of the choice',
        event({ choices: [{ index: 0, delta: {}, finish_reason: 'error', error: { message: 'it broke' } }] }),
      ],
      ['an error beside the choices', event({ choices: [], x_groq: { id: 'r', error: 'it broke' } })],
      ['an error event', 'event: error\ndata: {"message":"it broke"}\n\n'],
      ['an error event in words', 'event:error\ndata: it broke\n\n'],
      ['an error field', 'error: {"code":500,"message":"it broke"}\n\n'],
      ['a bare line', '{"error":{"message":"it broke"}}\n'],
      ['a bare last line', '{"error":{"message":"it broke"}}'],
    ])('can be %s', (_name, said) => {
      for (const before of [[], [content('a'), content('b')], [content('a'), STOP]]) {
        const { failure } = readAnswer([...before, said, ...(said.endsWith('\n') ? [DONE] : [])]);
        expect(failure).toMatchObject({
          code: 'upstream_error',
          message: 'The model server failed: it broke',
        });
      }
    });

    it('needs no reason', () => {
      expect(readAnswer(['event: error\n\n']).failure?.message).toBe(
        'The model server failed: no reason was given',
      );
      expect(readAnswer([event({ error: { code: 7 } })]).failure?.code).toBe('upstream_error');
    });
  });
});
