import type { SeededRandom } from '../../../../../test/support/seeded-random.js';
import type { StreamingProfile, WindowEdge } from '../../../../contracts/streaming-profile.js';
import { toWireText, type WireText } from '../../../../contracts/wire-text.js';

export interface Frame {
  readonly from: number;
  readonly cut: number;
  /** How many pieces had come when it was cut, and what was known about more. */
  readonly to: number;
  readonly edge: WindowEdge;
}

export interface Pace {
  readonly chunkSize: number;
  /** Pieces that come together, at most. */
  readonly mostAtOnce: number;
  /** How likely the flush deadline passes before more comes. */
  readonly dueChance: number;
}

/** Lets a profile cut pieces that come at random moments, as a reader of a log would, and returns its frames. */
export function play(
  profile: StreamingProfile,
  pieces: readonly WireText[],
  random: SeededRandom,
  { chunkSize, mostAtOnce, dueChance }: Pace,
): Frame[] {
  const frames: Frame[] = [];
  let come = 0;
  let from = 0;
  let patience: 'open' | 'due' | 'now' = 'now';
  const window = {
    start: 0,
    piece: (position: number): WireText => {
      if (position < 0 || position >= come)
        throw new RangeError(`piece ${position} of ${come} was looked at`);
      return pieces[position]!;
    },
  };
  while (from < pieces.length) {
    const closed = come === pieces.length;
    come = Math.min(pieces.length, come + 1 + random.below(mostAtOnce));
    for (;;) {
      if (from === come) break;
      const edge = closed ? 'closed' : patience;
      const cut = profile.cut(window, from, come, chunkSize, edge);
      if (cut === from) {
        if (edge === 'now' || edge === 'closed') throw new Error(`waits although the edge is ${edge}`);
        if (!random.chance(dueChance)) break;
        patience = patience === 'open' ? 'due' : 'now';
        continue;
      }
      if (cut < from || cut > come) throw new RangeError(`cuts ${from}..${come} at ${cut}`);
      frames.push({ from, cut, to: come, edge });
      from = cut;
      patience = 'open';
    }
  }
  return frames;
}

/** Wire text as some backends spell it: raw, or in ASCII only. */
export function spell(piece: string, inAscii: boolean): WireText {
  if (!inAscii) return toWireText(piece);
  return JSON.stringify(piece)
    .slice(1, -1)
    .replace(/[<>&\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
