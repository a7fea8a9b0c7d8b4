import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';
import { chooseCut, type CutRule } from './choose-cut.js';

// Wire text: a line break or tab stands there as its JSON escape.
const ENDS_IN_INDENTATION = /(?:^|\\n|\\r)(?: |\\t)*$/;
const ALL_INDENTATION = /^(?: |\\t)*$/;
const STARTS_WITH_SPACE = /^(?: |\\t)/;
/** How far back a line may be looked at for its beginning. */
const LOOK_BACK = 32;

/** Frames never end inside a line's indentation, nor inside a fence marker. */
const CODE_RULE: CutRule = {
  isSafe(window, cut) {
    const after = window.piece(cut);
    return (
      !splitsFence(window.piece(cut - 1), after) &&
      !(STARTS_WITH_SPACE.test(after) && endsInIndentation(window, cut))
    );
  },
  isSafeUnknowing(window, cut) {
    const before = window.piece(cut - 1);
    return !before.endsWith('`') && !before.endsWith('~') && !endsInIndentation(window, cut);
  },
};

/** For code in an editor: a few pieces a frame, and layout arrives in one piece. No byte is changed. */
@Injectable()
export class CopilotProfile implements StreamingProfile {
  readonly name = 'copilot';
  readonly defaults = { chunkSize: 5, timeoutMs: 60_000, bufferSize: 200, flushMs: 100 };

  cut(window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number {
    return chooseCut(CODE_RULE, window, from, to, chunkSize, edge);
  }
}

const splitsFence = (before: string, after: string): boolean =>
  (before.endsWith('`') && after.startsWith('`')) || (before.endsWith('~') && after.startsWith('~'));

/** Whether everything from the last line break to the cut is white space, with some of it already there. */
function endsInIndentation(window: TextWindow, cut: number): boolean {
  for (let position = cut - 1; position >= Math.max(0, cut - LOOK_BACK); position--) {
    const piece = window.piece(position);
    if (ALL_INDENTATION.test(piece)) {
      if (position === 0) return true;
      continue;
    }
    const found = ENDS_IN_INDENTATION.exec(piece);
    // Behind a bare line break no indentation has begun.
    return found !== null && (position < cut - 1 || !/\\[nr]$/.test(piece));
  }
  return true;
}
