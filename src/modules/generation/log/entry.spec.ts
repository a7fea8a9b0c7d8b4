import { describe, expect, it } from 'vitest';
import { toLogprobs } from '../../../contracts/logprobs.js';
import { toWireText } from '../../../contracts/wire-text.js';
import {
  bodyOf,
  choiceOf,
  haveSameTag,
  isTagged,
  kindOf,
  logprobsOf,
  reasoningEntry,
  refusalEntry,
  scoredEntry,
  textEntry,
  toolCallEntry,
  toolCallOf,
} from './entry.js';

const WIRES = ['a', ' ', '\n\t', '\u0001\u0002\u0003', '1', '0', '"', '\\', 'é', '👋', '\ud83d'].map(
  toWireText,
);

describe('an entry of the log', () => {
  it('is bare for text of the first answer', () => {
    for (const wire of WIRES) {
      const entry = textEntry(wire, 0);
      expect(entry).toBe(wire);
      expect([isTagged(entry), kindOf(entry), choiceOf(entry), bodyOf(entry)]).toEqual([
        false,
        'text',
        0,
        wire,
      ]);
    }
  });

  it.each([1, 2, 7])('says which answer its text belongs to: %i', (choice) => {
    for (const wire of WIRES) {
      const entry = textEntry(wire, choice);
      expect([isTagged(entry), kindOf(entry), choiceOf(entry), bodyOf(entry)]).toEqual([
        true,
        'text',
        choice,
        wire,
      ]);
    }
  });

  it.each([0, 1, 7])('tells reasoning and refusals from text: answer %i', (choice) => {
    for (const wire of WIRES) {
      const read = (entry: string) => [isTagged(entry), kindOf(entry), choiceOf(entry), bodyOf(entry)];
      expect(read(reasoningEntry(wire, choice))).toEqual([true, 'reasoning', choice, wire]);
      expect(read(refusalEntry(wire, choice))).toEqual([true, 'refusal', choice, wire]);
    }
  });

  it.each([0, 7])('keeps what the tokens of a text scored beside it: answer %i', (choice) => {
    const logprobs = toLogprobs([{ token: 'é\u0005', logprob: -1, bytes: null, top_logprobs: [] }]);
    for (const wire of [...WIRES, '']) {
      const entry = scoredEntry(wire, logprobs, choice);
      expect([isTagged(entry), kindOf(entry), choiceOf(entry)]).toEqual([true, 'scored-text', choice]);
      expect([bodyOf(entry), logprobsOf(entry)]).toEqual([wire, logprobs]);
      expect(entry).toMatch(/^[^\n\u0100-\uffff]+$/);
    }
  });

  it('carries a tool call as it was', () => {
    const delta = { index: 3, id: 'call_é', name: 'find', arguments: '{"a":"\n👋\\"' };
    const entry = toolCallEntry(delta, 2);
    expect([isTagged(entry), kindOf(entry), choiceOf(entry)]).toEqual([true, 'tool-call', 2]);
    expect(toolCallOf(entry)).toEqual(delta);
    expect(toolCallOf(toolCallEntry({ index: 0, arguments: '' }, 0))).toEqual({ index: 0, arguments: '' });
  });

  it('is one line of one-byte characters', () => {
    const entries = WIRES.flatMap((wire, choice) => [
      textEntry(wire, choice),
      reasoningEntry(wire, choice),
      toolCallEntry({ index: choice, arguments: wire }, choice),
    ]);
    for (const entry of entries) expect(entry).toMatch(/^[^\n\u0100-\uffff]+$/);
  });

  it('has the same tag as entries of its kind and answer only', () => {
    expect(haveSameTag(reasoningEntry('a', 1), reasoningEntry('b', 1))).toBe(true);
    expect(haveSameTag(reasoningEntry('a', 1), reasoningEntry('a', 0))).toBe(false);
    expect(haveSameTag(reasoningEntry('a', 1), textEntry('a', 1))).toBe(false);
  });
});
