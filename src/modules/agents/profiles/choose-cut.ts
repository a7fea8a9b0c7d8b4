import type { TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';

export interface CutRule {
  /** Whether a frame may end between these neighbours. */
  isSafe(window: TextWindow, position: number): boolean;
  /** Whether it may end behind the last piece there is, when nobody knows yet what follows. */
  isSafeUnknowing(window: TextWindow, position: number): boolean;
  /** A place that reads better than other safe ones. */
  isPreferred?(window: TextWindow, position: number): boolean;
}

/** How many frames' worth of pieces may go as one, when there is no safe place to cut sooner. */
const MOST_FRAMES_JOINED = 4;

/**
 * Where to cut a frame of about `chunkSize` pieces under a rule. A frame is shorter rather than cut at a bad place,
 * and longer only when it has no good place at all; waiting ends when the edge is due.
 */
export function chooseCut(
  rule: CutRule,
  window: TextWindow,
  from: number,
  to: number,
  chunkSize: number,
  edge: WindowEdge,
): number {
  const end = Math.min(to, from + chunkSize);
  const isWhole = edge === 'closed' && end === to;
  if (isWhole) return to;
  if (edge === 'open' && to - from < chunkSize) return from;

  const isSafe = (cut: number) =>
    cut < to ? rule.isSafe(window, cut) : edge === 'closed' || rule.isSafeUnknowing(window, cut);
  let safe = from;
  for (let cut = end; cut > from; cut--) {
    if (!isSafe(cut)) continue;
    if (safe === from) safe = cut;
    if (rule.isPreferred === undefined || cut - from <= chunkSize / 2) break;
    if (cut < to && rule.isPreferred(window, cut)) return cut;
  }
  if (safe > from) return safe;

  const most = Math.min(to, from + chunkSize * MOST_FRAMES_JOINED);
  for (let cut = end + 1; cut <= most; cut++) if (isSafe(cut)) return cut;
  return edge === 'open' && to < from + chunkSize * MOST_FRAMES_JOINED ? from : most;
}
