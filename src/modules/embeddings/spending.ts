import type { Vector } from './vector.js';

const BYTES_PER_TOKEN = 4;

/** What the calls of a request have cost up to now: what came back, and an estimate of what was given up on the way. */
export class Spending {
  /** Upstream calls, those that failed as well. */
  calls = 0;
  private made = 0;
  private underWay = 0;

  /** Undefined where nothing was made. */
  get tokens(): number | undefined {
    const tokens = this.made + this.underWay;
    return tokens === 0 ? undefined : tokens;
  }

  /** A call that fails by itself costs nothing; one that is stopped has been at work. */
  async count(
    texts: readonly string[],
    signal: AbortSignal,
    call: () => Promise<Vector[]>,
  ): Promise<Vector[]> {
    const estimate = estimateTexts(texts);
    this.underWay += estimate;
    try {
      const vectors = await call();
      this.underWay -= estimate;
      this.made += vectors.reduce((sum, { tokens }) => sum + tokens, 0);
      return vectors;
    } catch (error) {
      if (!signal.aborted) this.underWay -= estimate;
      throw error;
    }
  }
}

export function estimateTexts(texts: Iterable<string>): number {
  let tokens = 0;
  for (const text of texts) tokens += Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
  return tokens;
}
