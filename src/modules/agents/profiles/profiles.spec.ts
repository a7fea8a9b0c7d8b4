import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { mixedText, splitText, TEXTS, type TextName } from '../../../../test/support/text-pieces.js';
import { GenericProfile } from './generic.profile.js';
import { PROFILES } from './profiles.js';
import { SmoothProfile } from './smooth.profile.js';
import { play, spell, type Frame, type Pace } from './testing/play.js';
import { VoiceProfile } from './voice.profile.js';

const NAMES = Object.keys(TEXTS) as TextName[];

/** Random text in random pieces, which come in random batches, many of them after a deadline. */
function* plays(Profile: (typeof PROFILES)[number], pace: Partial<Pace> = {}): Generator<Frame[]> {
  const profile = new Profile();
  for (let seed = 0; seed < 120; seed++) {
    const random = new SeededRandom(seed);
    const text = mixedText(random, NAMES, 3);
    const pieces = splitText(text, random, 1 + random.below(5), seed % 4 === 0);
    yield play(
      profile,
      pieces.map((piece) => spell(piece, seed % 2 === 0)),
      random,
      {
        chunkSize: random.pick([profile.defaults.chunkSize, 1, 2, 7, 100]),
        mostAtOnce: random.pick([1, 3, 40, 2000]),
        dueChance: random.pick([0, 0.1, 0.9]),
        ...pace,
      },
    );
  }
}

describe.each(PROFILES.map((Profile) => [Profile.name, Profile] as const))('%s', (_name, Profile) => {
  it('loses, adds and reorders nothing, looks at nothing that has not come, and always goes on', () => {
    for (const frames of plays(Profile)) {
      let next = 0;
      for (const { from, cut } of frames) {
        expect(from).toBe(next);
        next = cut;
      }
    }
  });

  it('never holds the first piece', () => {
    const profile = new Profile();
    for (const piece of [
      'a',
      ' ',
      '\n',
      '`',
      '\t',
      '\r',
      '👩',
      '\u200d',
      '🇩',
      '\u0301',
      '\ud83d',
      'ก',
      'क्',
    ]) {
      const window = { start: 0, piece: () => spell(piece, false) };
      expect(profile.cut(window, 0, 1, profile.defaults.chunkSize, 'now'), JSON.stringify(piece)).toBe(1);
    }
  });

  it('gives all that is left when no more text follows', () => {
    const profile = new Profile();
    const window = { start: 0, piece: () => '  ' };
    let from = 3;
    while (from < 9) from = profile.cut(window, from, 9, profile.defaults.chunkSize, 'closed');
    expect(from).toBe(9);
  });
});

describe.each([VoiceProfile, GenericProfile])('$name', (Profile) => {
  it('gives every piece in a frame of its own unless told otherwise', () => {
    expect(new Profile().defaults.chunkSize).toBe(1);
  });

  it.each([1, 7, 100])('joins up to %i pieces that have come, and never waits', (chunkSize) => {
    for (const frames of plays(Profile, { chunkSize }))
      for (const { from, cut, to } of frames) expect(cut).toBe(Math.min(to, from + chunkSize));
  });
});

describe(SmoothProfile.name, () => {
  const profile = new SmoothProfile();
  const window = { start: 0, piece: () => 'a' };

  it('waits until a frame is full', () => {
    expect(profile.cut(window, 1, 64, 64, 'open')).toBe(1);
    expect(profile.cut(window, 1, 65, 64, 'open')).toBe(65);
    expect(profile.cut(window, 1, 90, 64, 'open')).toBe(65);
  });

  it('gives at a deadline all there is', () => {
    expect(profile.cut(window, 1, 50, 64, 'due')).toBe(50);
  });
});
