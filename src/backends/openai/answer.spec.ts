import { describe, expect, it, vi } from 'vitest';
import { goJson } from '../../../test/support/go-json.js';
import { fromWireText } from '../../contracts/wire-text.js';
import { pythonJson, randomTexts } from '../shared/testing/random-text.js';
import { OpenAiAnswer } from './answer.js';
import { content, delta, DONE, event, readAnswer, STOP } from './testing/read-answer.js';

/** Calls as the sink heard them, with ids that were made up shown as `minted`. */
const callsOf = (...events: string[]) =>
  readAnswer([...events, delta({}, 'tool_calls'), DONE]).toolCalls.map(
    ({ index, id, name, arguments: text }) =>
      [index, /^call_[A-Za-z0-9]{24}$/.test(id ?? '') ? 'minted' : id, name, text].filter(
        (part) => part !== undefined,
      ),
  );

const calls = (...toolCalls: object[]) => delta({ tool_calls: toolCalls });

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

    it('takes the usage that was said last', () => {
      const said = (count: number) => event({ choices: [], usage: { completion_tokens: count } });
      expect(readAnswer([said(0), STOP, said(5), DONE]).usage).toEqual({ completionTokens: 5 });
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

    it('takes a refusal, and parts of text, for the text they are', () => {
      const parts = delta({ content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }, null] });
      expect(readAnswer([parts, delta({ refusal: 'No.' }), STOP]).pieces).toEqual(['ab', 'No.']);
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
      '{"choices":[{"index":0,"delta":{"function_call":null,"tool_calls":[],"audio_content":5}}]}',
      '{"choices":[{"index":0,"delta":{"tool_calls":[null,{},{"index":0,"function":null}]}}]}',
      '{"choices":[{"index":0,"text":null,"logprobs":null}]}',
      '{"choices":[{"index":1,"delta":"of another choice"}]}',
      '{"choices":[],"usage":"x"}',
      '{"error":null}',
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

  describe('a shape that is not the protocol’s', () => {
    const choices = (...said: string[]) => `{"choices":[${said.join(',')}]}`;
    const inside = (said: string) => choices(`{"index":0,"delta":${said},"finish_reason":null}`);

    it.each([
      '{"choices":{}}',
      '{"choices":"x"}',
      choices('"x"'),
      choices('["x"]'),
      choices('{"index":"0","delta":{"content":"x"}}'),
      choices('{"index":0,"text":5}'),
      inside('"x"'),
      inside('["x"]'),
      inside('{"content":5}'),
      inside('{"content":true}'),
      inside('{"content":{"text":"x"}}'),
      inside('{"content":["x"]}'),
      inside('{"content":[{"type":"text","text":5}]}'),
      inside('{"refusal":5}'),
      inside('{"reasoning":5}'),
      inside('{"content":"x","reasoning_content":{}}'),
      inside('{"tool_calls":"x"}'),
      inside('{"tool_calls":{}}'),
      inside('{"tool_calls":["x"]}'),
      inside('{"tool_calls":[{"index":0,"function":"f"}]}'),
      inside('{"tool_calls":[{"index":0,"id":"c","function":{"name":5,"arguments":"{}"}}]}'),
    ])('is a failure, not silence: %s', (json) => {
      for (const before of [[], [content('a')], [content('a'), content('a')]]) {
        const { events, failure, violations } = readAnswer([
          ...before,
          event(json),
          content('b'),
          STOP,
          DONE,
        ]);
        expect(events.map(([kind]) => kind)).toEqual([...before.map(() => 'text'), 'failed']);
        expect(failure).toMatchObject({ code: 'upstream_protocol_error', detail: `data: ${json}` });
        expect(violations).toEqual([]);
      }
      const whole = json
        .replace('"delta"', '"message"')
        .replace('"finish_reason":null', '"finish_reason":"stop"');
      expect(readAnswer([whole], { contentType: 'application/json' }).failure?.code).toBe(
        'upstream_protocol_error',
      );
    });
  });

  describe('the finish reason', () => {
    const reasonOf = (reason: string, ...before: string[]) =>
      readAnswer([...before, delta({}, reason)]).reason;
    const call = calls({ index: 0, id: 'c', function: { name: 'f', arguments: '{}' } });

    it.each([
      ['stop', 'stop'],
      ['length', 'length'],
      ['max_tokens', 'length'],
      ['content_filter', 'content_filter'],
      ['tool_calls', 'tool_calls'],
      ['function_call', 'tool_calls'],
      ['eos', 'stop'],
      ['toString', 'stop'],
    ])('%s is %s', (said, reason) => {
      expect(reasonOf(said)).toBe(reason);
    });

    it('is tool_calls for a turn that called tools, unless it was cut', () => {
      expect(reasonOf('stop', call)).toBe('tool_calls');
      expect(reasonOf('length', call)).toBe('length');
      expect(reasonOf('content_filter', call)).toBe('content_filter');
    });

    it.each(['error', 'abort'])('%s is a failure', (said) => {
      expect(readAnswer([content('a'), delta({}, said), DONE]).failure?.code).toBe('upstream_error');
    });
  });

  describe('tool calls', () => {
    it('come in pieces, the first with id and name', () => {
      expect(
        callsOf(
          calls({ index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } }),
          calls({ index: 0, function: { arguments: '{"a"' } }),
          calls({ index: 0, function: { arguments: ':"ä"}' } }),
          calls({ index: 1, id: 'c2', type: 'function', function: { name: 'g', arguments: '{}' } }),
        ),
      ).toEqual([
        [0, 'c1', 'f', ''],
        [0, '{"a"'],
        [0, ':"ä"}'],
        [1, 'c2', 'g', '{}'],
      ]);
    });

    it('come interleaved', () => {
      const first = [
        { index: 0, id: 'c1', function: { name: 'f' } },
        { index: 1, id: 'c2', function: { name: 'g' } },
      ];
      const pieces = [
        calls({ index: 1, function: { arguments: '2' } }),
        calls({ index: 0, function: { arguments: '1' } }),
      ];
      expect(callsOf(calls(...first), ...pieces)).toEqual([
        [0, 'c1', 'f', ''],
        [1, 'c2', 'g', ''],
        [1, '2'],
        [0, '1'],
      ]);
    });

    it('may come without an index, whole or in pieces', () => {
      expect(
        callsOf(
          calls({ id: 'c1', function: { name: 'f', arguments: '{}' } }),
          calls({ id: 'c2', function: { name: 'g', arguments: '{"a":' } }),
          calls({ function: { arguments: '1' } }),
          calls({ id: 'c2', function: { arguments: '}' } }),
        ),
      ).toEqual([
        [0, 'c1', 'f', '{}'],
        [1, 'c2', 'g', '{"a":'],
        [1, '1'],
        [1, '}'],
      ]);
    });

    it('may all come with index 0', () => {
      expect(
        callsOf(
          calls({ index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } }),
          calls({ index: 0, id: 'c2', function: { name: 'f', arguments: '{' } }),
          calls({ index: 0, function: { arguments: '}' } }),
        ),
      ).toEqual([
        [0, 'c1', 'f', '{}'],
        [1, 'c2', 'f', '{'],
        [1, '}'],
      ]);
    });

    it('may begin at another index than 0', () => {
      const pieces = [
        calls({ index: 1, id: 'c', function: { name: 'f' } }),
        calls({ index: 1, function: { arguments: '{}' } }),
      ];
      expect(callsOf(...pieces)).toEqual([
        [0, 'c', 'f', ''],
        [0, '{}'],
      ]);
    });

    it('keep their first id when later pieces bring others, and get one when there is none', () => {
      expect(
        callsOf(
          calls({ index: 0, id: 'c1', function: { name: 'f', arguments: '{' } }),
          calls({ index: 0, id: 'c9', function: { name: null, arguments: '}' } }),
          calls({ index: 1, id: '', function: { name: 'g', arguments: '{' } }),
          calls({ index: 1, id: '', function: { name: '', arguments: '}' } }),
        ),
      ).toEqual([
        [0, 'c1', 'f', '{'],
        [0, '}'],
        [1, 'minted', 'g', '{'],
        [1, '}'],
      ]);
    });

    it('are not begun anew by a name that is repeated with the id', () => {
      const piece = (text: string) => calls({ index: 0, id: 'c', function: { name: 'f', arguments: text } });
      expect(callsOf(piece('{'), piece('}'))).toEqual([
        [0, 'c', 'f', '{'],
        [0, '}'],
      ]);
    });

    it('may have their arguments as an object, or none', () => {
      const pieces = [
        calls({ index: 0, id: 'c1', function: { name: 'f', arguments: { a: ['ä'] } } }),
        calls({ index: 1, id: 'c2', function: { name: 'g' } }),
      ];
      expect(callsOf(...pieces)).toEqual([
        [0, 'c1', 'f', '{"a":["ä"]}'],
        [1, 'c2', 'g', ''],
      ]);
    });

    it('without a name are a broken protocol when they say something, and nothing otherwise', () => {
      expect(callsOf(calls({ index: 0, id: 'c', function: { arguments: '' } }))).toEqual([]);
      expect(readAnswer([calls({ index: 0, id: 'c', function: { arguments: '{' } })]).failure?.code).toBe(
        'upstream_protocol_error',
      );
    });
  });

  describe('a reported failure', () => {
    it.each([
      ['an error object', event({ error: { message: 'it broke', type: 'server_error', code: 500 } })],
      ['an error text', event({ error: 'it broke' })],
      ['an error in a list', event([{ error: { message: 'it broke' } }])],
      ['the error object of older vLLM', event({ object: 'error', message: 'it broke', code: 400 })],
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

  describe('the event stream', () => {
    const TEXT = [content('a'), content('ä🏰'), content('c'), STOP, DONE];

    it.each([
      ['carriage returns', (body: string) => body.replaceAll('\n', '\r\n')],
      ['no space after the colon', (body: string) => body.replaceAll('data: ', 'data:')],
      ['comments', (body: string) => `: hello\n\n${body.replaceAll('data: ', ':\n: still here\ndata: ')}`],
      [
        'names, ids and retries',
        (body: string) => body.replaceAll('data: ', 'event: x\nid: 7\nretry: 5\ndata: '),
      ],
      ['no blank lines', (body: string) => body.replaceAll('\n\n', '\n')],
      ['no last line end', (body: string) => body.trimEnd()],
      ['empty events', (body: string) => body.replaceAll('\n\n', '\n\ndata:\n\ndata: \n\n\n')],
      ['fields nobody knows', (body: string) => body.replaceAll('data: ', 'dat\ndatax\nfoo: bar\ndata: ')],
    ])('may have %s', (_name, spell) => {
      const { pieces, reason } = readAnswer([spell(TEXT.join(''))]);
      expect({ pieces, reason }).toEqual({ pieces: ['a', 'ä🏰', 'c'], reason: 'stop' });
    });

    it('may spread one event over several data lines', () => {
      const spread = 'data: {"choices":\ndata: [{"index":0,"delta":\ndata:   {"content":"b"}}]}\n\n';
      expect(readAnswer([content('a'), spread, content('c'), STOP]).pieces).toEqual(['a', 'b', 'c']);
      expect(readAnswer([content('a'), STOP, spread.trimEnd()]).pieces).toEqual(['a', 'b']);
    });

    it.each(['{"choices":[', 'null', '5', '"text"', 'rubbish', '{"a":"\u0007"}', '[DONE] and more'])(
      'with %s in it is a broken protocol',
      (data) => {
        expect(readAnswer([content('a'), event(data), content('b'), STOP]).failure?.code).toBe(
          'upstream_protocol_error',
        );
      },
    );

    it('with an event of many lines over a mebibyte is a broken protocol, long before its end', () => {
      const line = `data: ${'{'.repeat(64 * 1024)}\n`;
      const { failure } = readAnswer(Array.from({ length: 40 }, () => line));
      expect(failure).toMatchObject({
        code: 'upstream_protocol_error',
        message: expect.stringContaining('1 MiB'),
      });
    });
  });

  describe('a document in place of a stream', () => {
    const JSON_TYPE = 'application/json; charset=utf-8';
    const whole = JSON.stringify({
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'Grüße 🏰',
            reasoning_content: 'hm',
            tool_calls: [
              { id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } },
              { id: 'c2', type: 'function', function: { name: 'g', arguments: '{"a":1}' } },
            ],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });

    it('is read as the whole answer', () => {
      const bytes = Buffer.from(whole);
      for (const pieces of [[bytes], [bytes.subarray(0, 90), bytes.subarray(90)], [`\n ${whole}\n`]]) {
        const { joined, reasoningText, toolCalls, reason, usage } = readAnswer(pieces, {
          contentType: JSON_TYPE,
        });
        expect({ joined, reasoningText, reason, usage }).toEqual({
          joined: 'Grüße 🏰',
          reasoningText: 'hm',
          reason: 'tool_calls',
          usage: { promptTokens: 1, completionTokens: 2 },
        });
        expect(toolCalls.map(({ index, id, arguments: text }) => [index, id, text])).toEqual([
          [0, 'c1', '{}'],
          [1, 'c2', '{"a":1}'],
        ]);
      }
    });

    it.each([
      ['no JSON', 'rubbish', 'upstream_protocol_error'],
      ['cut', whole.slice(0, -1), 'upstream_protocol_error'],
      ['empty', '', 'upstream_protocol_error'],
      ['not UTF-8', Buffer.from(whole, 'latin1'), 'upstream_protocol_error'],
      ['an error', '{"error":{"message":"no"}}', 'upstream_error'],
      ['without a finish reason', '{"choices":[]}', 'upstream_protocol_error'],
    ])('fails when it is %s', (_name, body, code) => {
      expect(readAnswer([body], { contentType: JSON_TYPE }).failure?.code).toBe(code);
    });

    it('fails when the connection breaks', () => {
      const { failure } = readAnswer([whole], { contentType: JSON_TYPE, breaks: true });
      expect(failure?.code).toBe('upstream_unavailable');
    });

    it('is bounded', () => {
      const { failure } = readAnswer(new Array<string>(10).fill(' '.repeat(1024 * 1024)), {
        contentType: JSON_TYPE,
      });
      expect(failure).toMatchObject({
        code: 'upstream_protocol_error',
        message: expect.stringContaining('too large'),
      });
    });
  });

  describe('a piece that is copied', () => {
    const chunk = (said: object) => ({
      id: 'chatcmpl-1',
      choices: [{ delta: said, index: 0, finish_reason: null }],
      created: 5,
    });

    it.each([
      ['Go', goJson],
      ['Python', pythonJson],
      ['JavaScript', JSON.stringify],
    ])('is the piece that would be parsed, whatever it contains, as %s writes it', (_name, encode) => {
      for (let seed = 1; seed <= 40; seed += 1) {
        const texts = randomTexts(seed, 50);
        const { pieces, violations } = readAnswer([
          ...texts.map((text) => event(encode(chunk({ content: text })))),
          STOP,
        ]);
        expect(pieces).toEqual(texts);
        expect(violations).toEqual([]);
      }
    });

    it('is copied in the form it came in, joined to the same text', () => {
      const texts = randomTexts(99, 200);
      const wire: string[] = [];
      const answer = new OpenAiAnswer({
        text: (piece) => wire.push(piece),
        reasoning: () => undefined,
        toolCall: () => undefined,
        finished: () => undefined,
        failed: () => undefined,
      });
      for (const text of texts) answer.data(Buffer.from(event(pythonJson(chunk({ content: text })))));
      expect(fromWireText(wire.join(''))).toBe(texts.join(''));
    });

    it('is not parsed: only the first of its kind is', () => {
      const parse = vi.spyOn(JSON, 'parse');
      const lines = ['a', 'b', 'ä', '"', '🏰'].map((text) => event(goJson(chunk({ content: text }))));
      const thoughts = ['x', 'y', 'z'].map((text) => event(goJson(chunk({ reasoning: text }))));
      const answer = new OpenAiAnswer({
        text: () => undefined,
        reasoning: () => undefined,
        toolCall: () => undefined,
        finished: () => undefined,
        failed: () => undefined,
      });
      for (const line of [...thoughts, ...lines, ...lines]) answer.data(Buffer.from(line));
      // One to read, one to try the spelling, for each kind.
      expect(parse).toHaveBeenCalledTimes(4);
      parse.mockRestore();
    });

    it('does not hide what an event says besides', () => {
      const first = content('a');
      const besides = [
        [first.replace('"content":"a"', '"content":"b","refusal":"no"'), ['a', 'b', 'no', 'c']],
        [first.replace('"content":"a"', '"content":"b","content":"B"'), ['a', 'B', 'c']],
        [first.replace('"content":"a"', '"content" : "b"'), ['a', 'b', 'c']],
        [first.replace('"content":"a"', '"content":null'), ['a', 'c']],
        [first.replace('"index":0', '"index":1'), ['a', 'c']],
      ] as const;
      for (const [line, pieces] of besides) {
        expect(readAnswer([first, line, content('c'), STOP]).pieces).toEqual(pieces);
      }
      expect(
        readAnswer([first, first.replace('"finish_reason":null', '"finish_reason":"length"')]).reason,
      ).toBe('length');
      expect(
        readAnswer([first, first.replace('"m"', '"m","usage":{"prompt_tokens":4}'), STOP]).usage
          ?.promptTokens,
      ).toBe(4);
      expect(readAnswer([first, first.replace('"m"', '"m","error":"no"')]).failure?.code).toBe(
        'upstream_error',
      );
    });

    it('gives way to the piece that counts when it is empty itself', () => {
      const both = (first: string) => delta({ reasoning_content: first, reasoning: 'second' });
      const { reasoningText } = readAnswer([both('a'), both('b'), both(''), STOP]);
      expect(reasoningText).toBe('absecond');
    });

    it.each(['\\x', '\\u12g4', '\u0007', '\u000b', '\\'])('is refused where JSON refuses it: %j', (bad) => {
      const { pieces, failure } = readAnswer([
        content('a'),
        content('b'),
        content('@').replace('@', bad),
        STOP,
      ]);
      expect(pieces).toEqual(['a', 'b']);
      expect(failure?.code).toBe('upstream_protocol_error');
    });

    it('is read well when every event is spelled differently', () => {
      const lines = Array.from({ length: 30 }, (_none, place) =>
        event({
          created: place,
          choices: [{ index: 0, delta: { content: `${place} ` } }],
          obfuscation: 'x'.repeat(place),
        }),
      );
      expect(readAnswer([...lines, STOP]).pieces).toHaveLength(30);
    });
  });
});
