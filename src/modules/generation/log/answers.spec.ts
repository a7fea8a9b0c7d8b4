import { describe, expect, it } from 'vitest';
import { toWireText } from '../../../contracts/wire-text.js';
import { answersOf } from './answers.js';
import { reasoningEntry, textEntry, toolCallEntry } from './entry.js';

const text = (said: string, choice = 0) => textEntry(toWireText(said), choice);
const thought = (said: string, choice = 0) => reasoningEntry(toWireText(said), choice);

describe(answersOf.name, () => {
  it('joins plain text', () => {
    expect(answersOf([text('H'), text('é\n'), text('\ud83d'), text('\ude00')], 1)).toEqual([
      { text: 'Hé\n😀' },
    ]);
  });

  it('is an empty text when nothing was said', () => {
    expect(answersOf([], 1)).toEqual([{ text: '' }]);
    expect(answersOf([], 2)).toEqual([{ text: '' }, { text: '' }]);
  });

  it('tells answers apart, however they are mixed', () => {
    const entries = [text('a', 1), text('x'), thought('?', 2), text('b', 1), text('y'), text('z', 2)];
    expect(answersOf(entries, 3)).toEqual([{ text: 'xy' }, { text: 'ab' }, { text: 'z', reasoning: '?' }]);
  });

  it('keeps reasoning beside the text', () => {
    expect(answersOf([thought('so '), thought('é'), text('yes')], 1)).toEqual([
      { text: 'yes', reasoning: 'so é' },
    ]);
  });

  it('puts the pieces of each tool call together', () => {
    const entries = [
      toolCallEntry({ index: 0, id: 'a', name: 'find', arguments: '{"q"' }, 0),
      toolCallEntry({ index: 1, id: 'b', name: 'look', arguments: '' }, 0),
      toolCallEntry({ index: 0, arguments: ':"é"}' }, 0),
      toolCallEntry({ index: 1, arguments: '{}' }, 0),
    ];
    expect(answersOf(entries, 1)).toEqual([
      {
        text: '',
        toolCalls: [
          { id: 'a', name: 'find', arguments: '{"q":"é"}' },
          { id: 'b', name: 'look', arguments: '{}' },
        ],
      },
    ]);
  });
});
