import { describe, expect, it, vi } from 'vitest';
import { goJson } from '../../../test/support/go-json.js';
import { fromWireText } from '../../contracts/wire-text.js';
import { pythonJson, randomTexts } from '../shared/testing/random-text.js';
import { RecordingSink } from '../shared/testing/recording-sink.js';
import { OllamaAnswer } from './answer.js';
import { CHAT_LINE, GENERATE_LINE } from './plain-lines.js';

describe(OllamaAnswer.name, () => {
  const DONE = `${goJson({ model: 'm', created_at: '2026-01-02T03:04:05Z', done: true, done_reason: 'stop' })}\n`;

  const chatLine = (text: string, place = 0) => ({
    model: 'llama3.2:latest',
    created_at: `2026-01-02T03:04:05.${place}Z`,
    message: { role: 'assistant', content: text },
    done: false,
  });

  const generateLine = (text: string, place = 0) => ({
    model: 'llama3.2:latest',
    created_at: `2026-01-02T03:04:05.${place}Z`,
    response: text,
    done: false,
  });

  const read = (lines: readonly string[], plain = CHAT_LINE, wantsLogprobs = false): RecordingSink => {
    const sink = new RecordingSink();
    const answer = new OllamaAnswer(sink, { plain, model: 'as it was asked for', wantsLogprobs });
    for (const line of lines) answer.data(Buffer.from(line));
    answer.end();
    return sink;
  };

  describe('asked for log probabilities', () => {
    const score = (token: string) => ({ token, logprob: -1, bytes: [1] });
    const scored = (line: object, ...tokens: string[]) =>
      `${JSON.stringify({ ...line, logprobs: tokens.map(score) })}\n`;
    const heard = (...tokens: string[]) => tokens.map((token) => ({ ...score(token), top_logprobs: [] }));

    it.each([
      ['chat', CHAT_LINE, chatLine],
      ['generate', GENERATE_LINE, generateLine],
    ] as const)(
      'tells those of each piece of a %s with it, beside pieces without',
      (_kind, plain, toLine) => {
        const lines = [
          scored(toLine('a'), 'a'),
          `${JSON.stringify(toLine('b'))}\n`,
          scored(toLine('cd'), 'c', 'd'),
          DONE,
        ];
        const { pieces, scores, violations } = read(lines, plain, true);
        expect(pieces).toEqual(['a', 'b', 'cd']);
        expect(scores).toEqual([heard('a'), heard('c', 'd')]);
        expect(violations).toEqual([]);
        expect(read(lines, plain).scores).toEqual([]);
      },
    );

    it('tells none of thoughts and of tool calls', () => {
      const message = (said: object) => ({
        ...chatLine(''),
        message: { role: 'assistant', content: '', ...said },
      });
      const calls = [{ function: { name: 'f', arguments: {} } }];
      const lines = [
        scored(message({ thinking: 'hm' }), 'hm'),
        scored(message({ tool_calls: calls }), 'f'),
        scored(chatLine('a'), 'a'),
        DONE,
      ];
      expect(read(lines, CHAT_LINE, true).scores).toEqual([heard('a')]);
    });
  });

  describe('a piece that is copied', () => {
    const kinds = [
      ['chat', 'Go', CHAT_LINE, chatLine, goJson],
      ['chat', 'Python', CHAT_LINE, chatLine, pythonJson],
      ['chat', 'JavaScript', CHAT_LINE, chatLine, JSON.stringify],
      ['generate', 'Go', GENERATE_LINE, generateLine, goJson],
      ['generate', 'Python', GENERATE_LINE, generateLine, pythonJson],
    ] as const;

    it.each(kinds)(
      'is the piece that would be parsed (%s, as %s writes it)',
      (_kind, _name, plain, toLine, encode) => {
        for (let seed = 1; seed <= 40; seed += 1) {
          const texts = randomTexts(seed, 50);
          const { pieces, violations } = read(
            [...texts.map((text, place) => `${encode(toLine(text, place))}\n`), DONE],
            plain,
          );
          expect(pieces).toEqual(texts);
          expect(violations).toEqual([]);
        }
      },
    );

    it('is copied in the form it came in, joined to the same text', () => {
      const texts = randomTexts(7, 200);
      const wire: string[] = [];
      const sink = new RecordingSink();
      sink.text = (piece) => wire.push(piece);
      const answer = new OllamaAnswer(sink, { plain: CHAT_LINE, model: 'as it was asked for' });
      for (const text of texts) answer.data(Buffer.from(`${goJson(chatLine(text))}\n`));
      expect(fromWireText(wire.join(''))).toBe(texts.join(''));
    });

    it('is not parsed, nor is the first, when the answer names the model as it was asked for', () => {
      const parse = vi.spyOn(JSON, 'parse');
      const sink = new RecordingSink();
      sink.text = () => undefined;
      const answer = new OllamaAnswer(sink, { plain: CHAT_LINE, model: 'llama3.2:latest' });
      for (let place = 0; place < 50; place += 1)
        answer.data(Buffer.from(`${goJson(chatLine('ä"', place))}\n`));
      expect(parse).not.toHaveBeenCalled();
      parse.mockRestore();
    });

    it('is not parsed when the model is named otherwise: only the first is', () => {
      const parse = vi.spyOn(JSON, 'parse');
      const sink = new RecordingSink();
      const wire: string[] = [];
      sink.text = (piece) => wire.push(piece);
      const answer = new OllamaAnswer(sink, { plain: CHAT_LINE, model: 'as it was asked for' });
      for (let place = 0; place < 50; place += 1)
        answer.data(Buffer.from(`${goJson(chatLine('ä"', place))}\n`));
      expect(parse).toHaveBeenCalledTimes(1);
      expect(wire).toHaveLength(50);
      parse.mockRestore();
    });

    it.each([
      ['another line glued to half of it', (line: string) => line.slice(0, 30) + line],
      ['rubbish before it', (line: string) => `rubbish${line}`],
      ['a control character in it', (line: string) => line.replace('"x"', '"\u0007"')],
      ['an escape that JSON does not know', (line: string) => line.replace('"x"', '"\\x"')],
      ['something after it', (line: string) => `${line}}`],
      ['another line glued to its end', (line: string) => line + line],
    ])('is refused with %s', (_name, spoil) => {
      const line = goJson(chatLine('x'));
      const { pieces, failure } = read([`${line}\n`, `${line}\n`, `${spoil(line)}\n`, DONE]);
      expect(pieces).toEqual(['x', 'x']);
      expect(failure?.code).toBe('upstream_protocol_error');
    });

    it('does not hide what a line says besides', () => {
      const line = goJson(chatLine('x'));
      const failed = line.replace('{"model"', '{"error":"no","model"');
      expect(read([`${line}\n`, `${failed}\n`, DONE]).failure?.code).toBe('upstream_error');
      const thought = line.replace('"content":"x"', '"content":"x","thinking":"t"');
      expect(read([`${line}\n`, `${thought}\n`, DONE]).events.slice(0, 3)).toEqual([
        ['text', 'x'],
        ['reasoning', 't'],
        ['text', 'x'],
      ]);
    });
  });

  it.each([
    '{"message":null}',
    '{"message":{}}',
    '{"message":{"role":"assistant","content":null,"thinking":null,"tool_calls":null},"done":false}',
    '{"message":{"content":"","tool_calls":[]},"done":null}',
    '{"response":null,"thinking":"","done":false}',
    '{"response":""}',
    '{"done":false,"context":[1,2],"unheard_of":{"content":5}}',
    '{"message":{"content":""},"done":false,"error":null}',
    '{"message":{"content":""},"done":false,"error":""}',
    '',
    '\r',
  ])('survives the line %j', (line) => {
    const { events, violations } = read([`${line}\n`, DONE]);
    expect(events.map(([kind]) => kind)).toEqual(['finished']);
    expect(violations).toEqual([]);
  });

  it.each([
    '{}',
    '[]',
    '{"foo":1}',
    '{"message":"x"}',
    '{"message":["x"]}',
    '{"message":{"content":5},"done":false}',
    '{"message":{"content":{"text":"x"}},"done":false}',
    '{"message":{"content":["x"]},"done":false}',
    '{"message":{"content":"x","thinking":5},"done":false}',
    '{"response":5,"done":false}',
    '{"response":"x","thinking":{},"done":false}',
    '{"message":{"tool_calls":"x"},"done":false}',
    '{"message":{"tool_calls":{}},"done":false}',
    '{"message":{"tool_calls":[{}]},"done":false}',
    '{"message":{"tool_calls":[null]},"done":false}',
    '{"message":{"tool_calls":[{"function":{"name":"f"}},{"function":{"name":5}}]},"done":false}',
    '{"message":{"content":"x"},"done":"yes"}',
    '{"message":{"content":5},"done":true}',
  ])('takes the line %s for a broken protocol, not for silence', (line) => {
    const good = '{"message":{"content":"good"},"done":false}\n';
    const { events, failure, violations } = read([good, `${line}\n`, good, DONE]);
    expect(events.map(([kind]) => kind)).toEqual(['text', 'failed']);
    expect(failure).toMatchObject({ code: 'upstream_protocol_error', detail: line });
    expect(violations).toEqual([]);
  });

  it('says that a last line is wrong which is whole but for its line end', () => {
    expect(read(['{"message":{"content":5},"done":true}']).failure?.code).toBe('upstream_protocol_error');
  });

  it.each(['null', '5', '"text"', '{"message":', '<html>'])(
    'takes the line %s for a broken protocol',
    (line) => {
      expect(read([`${line}\n`, DONE]).failure?.code).toBe('upstream_protocol_error');
    },
  );

  it('reads a last line without its line end', () => {
    expect(read([`${goJson(chatLine('x'))}\n`, DONE.trimEnd()]).reason).toBe('stop');
  });

  it('reads nothing after the last line', () => {
    expect(read([DONE, `${goJson(chatLine('x'))}\n`, 'rubbish\n']).events).toHaveLength(1);
  });
});
