import { describe, expect, it } from 'vitest';
import { reasoningEntry, refusalEntry, scoredEntry, textEntry, toolCallEntry } from './entry.js';
import { GenerationLog } from './generation-log.js';
import { playLog } from './play-log.js';

describe(playLog.name, () => {
  const log = new GenerationLog();
  log.appendTagged(reasoningEntry('Hm', 0));
  log.append(textEntry('a', 0));
  log.appendTagged(textEntry('other', 1));
  log.appendTagged(toolCallEntry({ index: 0, id: 'call_1', name: 'é', arguments: '{}' }, 0));
  log.append(textEntry('b', 0));
  log.appendTagged(scoredEntry('c', '{}', 0));
  log.appendTagged(refusalEntry('no', 0));

  function heard(choice?: number): unknown[] {
    const said: unknown[] = [];
    const listener = {
      text: (piece: string) => void said.push(piece),
      scoredText: (piece: string, logprobs: string) => void said.push(`${piece}=${logprobs}`),
      reasoning: (piece: string) => void said.push(`(${piece})`),
      refusal: (piece: string) => void said.push(`!${piece}`),
      toolCall: (delta: object) => void said.push(delta),
    };
    playLog(log, listener, choice);
    return said;
  }

  it('tells one answer in its order', () => {
    expect(heard()).toEqual([
      '(Hm)',
      'a',
      { index: 0, id: 'call_1', name: 'é', arguments: '{}' },
      'b',
      'c={}',
      '!no',
    ]);
    expect(heard(1)).toEqual(['other']);
    expect(heard(2)).toEqual([]);
  });

  it('tells nothing of an empty log', () => {
    playLog(new GenerationLog(), {
      text: () => expect.fail(),
      scoredText: () => expect.fail(),
      reasoning: () => expect.fail(),
      refusal: () => expect.fail(),
      toolCall: () => expect.fail(),
    });
  });
});
