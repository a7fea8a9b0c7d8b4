import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { toWireText } from '../../../contracts/wire-text.js';
import { isTagged, reasoningEntry, textEntry, toolCallEntry } from './entry.js';
import { GenerationLog, SEGMENT_SIZE } from './generation-log.js';
import { LogCursor } from './log-cursor.js';

function randomEntry(random: SeededRandom): string {
  const text = toWireText(
    random.pick(['a', ' word', '\n    ', 'é', '👋', '\\n', '\u0002', '0', 'x'.repeat(40)]),
  );
  const choice = random.below(8);
  if (random.chance(0.7)) return textEntry(text, 0);
  return random.pick([
    textEntry(text, choice),
    reasoningEntry(text, choice),
    toolCallEntry({ index: choice, arguments: text }, choice),
  ]);
}

/** A log of that many entries, sealed at random moments. */
function fill(count: number) {
  const random = new SeededRandom(count);
  const log = new GenerationLog();
  const expected: string[] = [];
  while (expected.length < count) {
    const entry = randomEntry(random);
    if (isTagged(entry)) log.appendTagged(entry);
    else log.append(entry);
    expected.push(entry);
    if (random.chance(0.05)) log.seal();
  }
  return { log, expected, random };
}

const COUNTS = Array.from({ length: 301 }, (_, count) => count);

describe(GenerationLog.name, () => {
  it('gives what was appended in every way there is, for every length', () => {
    for (const count of COUNTS) {
      const { log, expected } = fill(count);
      expect(log.count).toBe(count);
      expect(log.entries()).toEqual(expected);
      expect(log.flatten()).toBe(expected.join('\n'));
      expect(log.tagged).toBe(expected.filter(isTagged).length);
      expect(log.bytes).toBe(expected.reduce((sum, entry) => sum + entry.length + 1, 0));
      for (let position = 0; position < count; position++)
        expect(log.block(position)[position - log.blockStart(position)]).toBe(expected[position]);
    }
  });

  it('keeps every position when it seals, and all but the newest entries in flat segments', () => {
    for (const count of COUNTS) {
      const { log, expected } = fill(count);
      log.seal();
      expect(log.entries()).toEqual(expected);
      expect(log.blockStart(count)).toBe(count - (count % SEGMENT_SIZE));
      for (let position = 0; position < count; position++)
        expect(log.block(position)[position - log.blockStart(position)]).toBe(expected[position]);
    }
  });
});

describe(LogCursor.name, () => {
  it('reads any position at any time, while the log grows and is sealed', () => {
    for (const count of [1, 63, 64, 65, 128, 300]) {
      const { log, expected, random } = fill(count);
      const cursor = new LogCursor(log);
      for (let step = 0; step < 2000; step++) {
        const position = random.chance(0.5)
          ? log.count - 1 - random.below(Math.min(70, log.count))
          : random.below(log.count);
        expect(cursor.piece(position)).toBe(expected[position]);
        const deed = random.below(20);
        if (deed === 0) log.seal();
        else if (deed === 1) cursor.release();
        else if (deed < 5) {
          expected.push(`p${step}`);
          log.append(`p${step}`);
        }
      }
    }
  });
});
