import { describe, expect, it, vi } from 'vitest';
import { goJson } from '../../../test/support/go-json.js';
import { fromWireText } from '../../contracts/wire-text.js';
import { pythonJson, randomTexts } from '../shared/testing/random-text.js';
import { OpenAiAnswer } from './answer.js';
import { content, delta, event, readAnswer, STOP } from './testing/read-answer.js';
import { PlainChunk } from './plain-chunk.js';

describe(PlainChunk.name, () => {
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
      scoredText: () => undefined,
      reasoning: () => undefined,
      refusal: () => undefined,
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
      scoredText: () => undefined,
      reasoning: () => undefined,
      refusal: () => undefined,
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
      [first.replace('"content":"a"', '"content":"b","content":"B"'), ['a', 'B', 'c']],
      [first.replace('"content":"a"', '"content" : "b"'), ['a', 'b', 'c']],
      [first.replace('"content":"a"', '"content":null'), ['a', 'c']],
      [first.replace('"index":0', '"index":1'), ['a', 'c']],
    ] as const;
    const refusing = first.replace('"content":"a"', '"content":"b","refusal":"no"');
    expect(readAnswer([first, refusing, content('c'), STOP]).events.slice(0, 4)).toEqual([
      ['text', 'a'],
      ['text', 'b'],
      ['refusal', 'no'],
      ['text', 'c'],
    ]);
    for (const [line, pieces] of besides) {
      expect(readAnswer([first, line, content('c'), STOP]).pieces).toEqual(pieces);
    }
    expect(
      readAnswer([first, first.replace('"finish_reason":null', '"finish_reason":"length"')]).reason,
    ).toBe('length');
    expect(
      readAnswer([first, first.replace('"m"', '"m","usage":{"prompt_tokens":4}'), STOP]).usage?.promptTokens,
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
