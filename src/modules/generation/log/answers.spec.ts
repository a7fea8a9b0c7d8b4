import { describe, expect, it } from 'vitest';
import { toWireText } from '../../../contracts/wire-text.js';
import { answersOf, logprobsByChoice } from './answers.js';
import { isTagged, reasoningEntry, refusalEntry, scoredEntry, textEntry, toolCallEntry } from './entry.js';
import { GenerationLog } from './generation-log.js';

const text = (said: string, choice = 0) => textEntry(toWireText(said), choice);
const thought = (said: string, choice = 0) => reasoningEntry(toWireText(said), choice);

function logOf(entries: readonly string[]): GenerationLog {
  const log = new GenerationLog();
  for (const entry of entries) {
    if (isTagged(entry)) log.appendTagged(entry);
    else log.append(entry);
  }
  return log;
}

const answersIn = (entries: readonly string[], choices: number) => answersOf(logOf(entries), choices);

describe(answersOf.name, () => {
  it('joins plain text', () => {
    expect(answersIn([text('H'), text('é\n'), text('\ud83d'), text('\ude00')], 1)).toEqual([
      { text: toWireText('Hé\n') + '\\ud83d\\ude00' },
    ]);
  });

  it('joins what is sealed and what is not yet', () => {
    const log = new GenerationLog();
    for (let i = 0; i < 200; i++) {
      log.append(String(i % 10));
      if (i === 150) log.seal();
    }
    expect(answersOf(log, 1)).toEqual([{ text: '0123456789'.repeat(20) }]);
  });

  it('is an empty text when nothing was said', () => {
    expect(answersIn([], 1)).toEqual([{ text: '' }]);
    expect(answersIn([], 2)).toEqual([{ text: '' }, { text: '' }]);
  });

  it('tells answers apart, however they are mixed', () => {
    const entries = [text('a', 1), text('x'), thought('?', 2), text('b', 1), text('y'), text('z', 2)];
    expect(answersIn(entries, 3)).toEqual([{ text: 'xy' }, { text: 'ab' }, { text: 'z', reasoning: '?' }]);
  });

  it('joins text that came with what its tokens scored, which is no part of it', () => {
    const entries = [text('a'), scoredEntry('b', '{}', 0), scoredEntry('c', '{}', 1)];
    expect(answersIn(entries, 2)).toEqual([{ text: 'ab' }, { text: 'c' }]);
  });

  it('keeps reasoning beside the text', () => {
    expect(answersIn([thought('so '), thought('é'), text('yes')], 1)).toEqual([
      { text: 'yes', reasoning: toWireText('so é') },
    ]);
  });

  it('puts the pieces of each tool call together', () => {
    const entries = [
      toolCallEntry({ index: 0, id: 'a', name: 'find', arguments: '{"q"' }, 0),
      toolCallEntry({ index: 1, id: 'b', name: 'look', arguments: '' }, 0),
      toolCallEntry({ index: 0, arguments: ':"é"}' }, 0),
      toolCallEntry({ index: 1, arguments: '{}' }, 0),
    ];
    expect(answersIn(entries, 1)).toEqual([
      {
        text: '',
        toolCalls: [
          { id: 'a', name: 'find', arguments: '{"q":"é"}' },
          { id: 'b', name: 'look', arguments: '{}' },
        ],
      },
    ]);
  });

  it('keeps what a server said of a call besides', () => {
    const entries = [
      toolCallEntry({ index: 0, id: 'a', name: 'find', arguments: '{', extra: { signed: 'é' } }, 0),
      toolCallEntry({ index: 0, arguments: '}' }, 0),
    ];
    expect(answersIn(entries, 1)[0]?.toolCalls).toEqual([
      { id: 'a', name: 'find', arguments: '{}', extra: { signed: 'é' } },
    ]);
  });

  it('says how much of a text refuses to answer', () => {
    const entries = [text('Well. '), refusalEntry(toWireText('Nó'), 0), refusalEntry('.', 0), text('a', 1)];
    const refusal = toWireText('Nó.');
    expect(answersIn(entries, 2)).toEqual([{ text: `Well. ${refusal}`, refusal }, { text: 'a' }]);
  });
});

describe(logprobsByChoice.name, () => {
  it('joins what the tokens of each answer scored', () => {
    const log = logOf([
      scoredEntry('a', '1', 0),
      text('b'),
      scoredEntry('c', '2', 2),
      scoredEntry('d', '3,4', 0),
    ]);
    expect(logprobsByChoice(log, 3)).toEqual(['1,3,4', undefined, '2']);
  });
});
