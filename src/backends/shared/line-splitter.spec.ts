import { describe, expect, it } from 'vitest';
import { ALL_SPLITS, cut } from '../../../test/support/byte-split.js';
import { randomTexts } from './testing/random-text.js';
import { LineSplitter, MAX_LINE_BYTES } from './line-splitter.js';

const TOO_LONG = 'a line is longer than 1 MiB';
const NOT_UTF8 = 'a line is not UTF-8';

const byLine = (line: (line: string) => boolean) => ({
  plain: (_text: string, start: number) => start,
  line,
});

/** The lines of these pieces, or what is wrong with them. */
function split(pieces: readonly (string | Buffer)[]): { lines: string[]; wrong: string | undefined } {
  const lines: string[] = [];
  const splitter = new LineSplitter(
    byLine((line) => lines.push(Buffer.from(line, 'latin1').toString('utf8')) > 0),
  );
  for (const piece of pieces) {
    const wrong = splitter.push(Buffer.from(piece));
    if (wrong !== undefined) return { lines, wrong };
  }
  return { lines, wrong: splitter.end() };
}

const piecesOf = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_none, place) =>
    bytes.subarray(place * size, (place + 1) * size),
  );

describe(LineSplitter.name, () => {
  it.each(ALL_SPLITS)('finds the same lines when the bytes are cut %s', (_name, how) => {
    const text = 'first\r\nä日🏰\n\n\r\nlast \r of "\\n" all\n\ud7ff\nend';
    expect(split(cut(Buffer.from(text), how))).toEqual({
      lines: ['first', 'ä日🏰', '', '', 'last \r of "\\n" all', '\ud7ff', 'end'],
      wrong: undefined,
    });
  });

  it('finds the same lines for any text and any cut', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const texts = randomTexts(seed, 40).map((text) => text.replace(/[\r\n]/g, '').toWellFormed());
      const bytes = Buffer.from(texts.join('\n'));
      for (const size of [1, 2, 3, 5, 7, 64]) {
        const { lines, wrong } = split(piecesOf(bytes, size));
        expect(wrong).toBeUndefined();
        expect(lines.join('\n')).toBe(texts.join('\n'));
      }
    }
  });

  it('leaves out the carriage return of a line end only, also of the last line', () => {
    expect(split(['\r\n', 'a\r', '\nb\r'])).toEqual({ lines: ['', 'a', 'b'], wrong: undefined });
  });

  it('hears no more once the listener has had enough', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter(byLine((line) => lines.push(line) < 2));
    expect(splitter.push(Buffer.from('a\nb\nc\nd'))).toBeUndefined();
    expect(lines).toEqual(['a', 'b']);
    expect(splitter.end()).toBeUndefined();
    expect(lines).toEqual(['a', 'b']);
  });

  describe('refuses what is not UTF-8', () => {
    it.each([
      ['a lone byte', [0xff]],
      ['a cut character', [0xc3]],
      ['an overlong form', [0xc0, 0xaf]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ])('%s, after the good lines before it', (_name, bytes) => {
      const bad = Buffer.concat([Buffer.from('good\nä\nb'), Buffer.from(bytes), Buffer.from('\nc\n')]);
      for (const size of [1, 2, 3, 4, 100]) {
        expect(split(piecesOf(bad, size))).toEqual({ lines: ['good', 'ä'], wrong: NOT_UTF8 });
      }
      expect(split([bad.subarray(0, -3)])).toEqual({ lines: ['good', 'ä'], wrong: NOT_UTF8 });
    });

    it('but not a good line after a character that was cut between two reads', () => {
      const [first, second] = [Buffer.from('ä日'), Buffer.from('é\nü\nrest')];
      const pieces = [first.subarray(0, 3), Buffer.concat([first.subarray(3), second])];
      expect(split(pieces)).toEqual({ lines: ['ä日é', 'ü', 'rest'], wrong: undefined });
    });
  });

  describe('refuses a line over a mebibyte', () => {
    it('and takes one of just a mebibyte', () => {
      const longest = 'a'.repeat(MAX_LINE_BYTES);
      expect(split([`${longest}\n`, 'b']).lines.map(({ length }) => length)).toEqual([MAX_LINE_BYTES, 1]);
      expect(split([`${longest}a\n`]).wrong).toBe(TOO_LONG);
      expect(split([`${longest}a`]).wrong).toBe(TOO_LONG);
      expect(split([longest, 'a\n']).wrong).toBe(TOO_LONG);
    });

    it('without waiting for its end, and without holding more', () => {
      const splitter = new LineSplitter(byLine(() => true));
      const piece = Buffer.alloc(64 * 1024, 'a');
      let taken = 0;
      while (splitter.push(piece) === undefined) taken += piece.length;
      expect(taken).toBe(MAX_LINE_BYTES);
    });

    it('in no time, though it comes byte by byte', () => {
      const splitter = new LineSplitter(byLine(() => true));
      const byte = Buffer.from('a');
      const before = process.memoryUsage().heapUsed;
      const { user } = process.cpuUsage();
      let taken = 0;
      while (splitter.push(byte) === undefined) taken += 1;
      expect(taken).toBe(MAX_LINE_BYTES);
      // Searched or copied again with each byte it would take minutes.
      expect((process.cpuUsage().user - user) / 1000).toBeLessThan(5000);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(128 * 1024 * 1024);
    });
  });
});
