import { describe, expect, it } from 'vitest';
import { content, DONE, event, readAnswer, STOP } from './testing/read-answer.js';
import { EventReader } from './event-reader.js';

describe(EventReader.name, () => {
  describe('the event stream', () => {
    const TEXT = [content('a'), content('ä🏰'), content('c'), STOP, DONE];

    it.each([
      ['carriage returns', (body: string) => body.replaceAll('\n', '\r\n')],
      ['a byte order mark', (body: string) => `\uFEFF${body}`],
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
});
