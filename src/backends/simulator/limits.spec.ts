import { describe, expect, it } from 'vitest';
import { limitTo, untilStop } from './limits.js';
import type { Part, Parts } from './part.js';

// The reason is one that limits do not give by themselves.
function* say(...texts: string[]): Parts {
  for (const text of texts) yield text.startsWith('!') ? { kind: 'reasoning', text } : { kind: 'text', text };
  return 'tool_calls';
}

function hear(parts: Parts) {
  const texts: string[] = [];
  for (let next = parts.next(); ; next = parts.next()) {
    if (next.done === true) return { texts, reason: next.value };
    texts.push((next.value as Exclude<Part, { kind: 'tool-call' }>).text);
  }
}

describe(limitTo.name, () => {
  it('cuts what is longer and leaves alone what is not', () => {
    expect(hear(limitTo(2, say('a', 'b', 'c')))).toEqual({ texts: ['a', 'b'], reason: 'length' });
    expect(hear(limitTo(3, say('a', 'b', 'c')))).toEqual({ texts: ['a', 'b', 'c'], reason: 'tool_calls' });
    expect(hear(limitTo(0, say()))).toEqual({ texts: [], reason: 'tool_calls' });
  });
});

describe(untilStop.name, () => {
  it('leaves a text without stop sequences as it is, piece by piece', () => {
    const texts = ['The', ' end', ' of', ' the', ' en'];
    expect(hear(untilStop(['end.', 'xyz'], say(...texts)))).toEqual({ texts, reason: 'tool_calls' });
    expect(hear(untilStop([''], say('a', 'b')))).toEqual({ texts: ['a', 'b'], reason: 'tool_calls' });
  });

  it('ends before the first of several, over pieces', () => {
    const told = hear(untilStop(['ghi', 'def', 'h'], say('ab', 'cd', 'e', 'fgh', 'i')));
    expect(told).toEqual({ texts: ['ab', 'c'], reason: 'stop' });
  });

  it('says no empty piece where the stop begins at the border of one', () => {
    expect(hear(untilStop(['cd'], say('ab', 'cd')))).toEqual({ texts: ['ab'], reason: 'stop' });
    expect(hear(untilStop(['ab'], say('ab', 'cd')))).toEqual({ texts: [], reason: 'stop' });
  });

  it('lets text go as soon as it can be no part of a stop sequence', () => {
    const parts = untilStop(['xxx'], say('aaaa', 'bb', 'c'));
    expect(parts.next().value).toMatchObject({ text: 'aaaa' });
  });

  it('does not look for them in reasoning', () => {
    expect(hear(untilStop(['ab'], say('a', '!ab', 'b')))).toEqual({
      texts: ['a', '!ab', 'b'],
      reason: 'tool_calls',
    });
  });
});
