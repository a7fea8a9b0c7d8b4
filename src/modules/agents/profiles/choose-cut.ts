import type { TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';

/** Where a frame may end. */
export interface BorderRule {
  /** Whether it may end before the piece at `cut`. */
  isSafe(window: TextWindow, cut: number): boolean;
  /** Whether it may end before `cut` when nobody knows yet what comes there. */
  isSafeEnd(window: TextWindow, cut: number, edge: WindowEdge): boolean;
}

/** How many frames' worth of pieces may go as one, when there is no safe place to cut sooner. */
const MOST_FRAMES_JOINED = 4;

/**
 * Where to cut a frame of `chunkSize` pieces at most. It is shorter rather than cut at a bad place, and longer only when
 * there is no good place in it at all.
 */
export function chooseCut(
  rule: BorderRule,
  window: TextWindow,
  from: number,
  to: number,
  chunkSize: number,
  edge: WindowEdge,
): number {
  const full = from + chunkSize;
  if (edge === 'open' && to < full) return from;

  const isSafe = (cut: number) =>
    cut < to ? rule.isSafe(window, cut) : edge === 'closed' || rule.isSafeEnd(window, cut, edge);
  for (let cut = Math.min(to, full); cut > from; cut--) if (isSafe(cut)) return cut;

  const most = from + chunkSize * MOST_FRAMES_JOINED;
  for (let cut = full + 1; cut <= Math.min(to, most); cut++) if (isSafe(cut)) return cut;
  if (to >= most) return most;
  return edge === 'now' ? to : from;
}
