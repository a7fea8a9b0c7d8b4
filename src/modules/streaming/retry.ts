import type { FrameWriter } from '../../contracts/stream-dialect.js';

/** Soon for a person, and no flood of callers for a gateway that starts again. */
export const RETRY_MS = 3_000;

/** Says first how soon a browser that loses the stream should come back: within half to all of `mostMs`, not all at once. */
export function withRetry(writer: FrameWriter, mostMs: number): FrameWriter {
  const ms = Math.round(mostMs * (0.5 + Math.random() / 2));
  return { ...writer, open: () => `retry: ${ms}\n${writer.open()}` };
}
