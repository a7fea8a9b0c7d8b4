/** In bytes of wire text. Hardly a token is longer; a piece that is holds several. */
const LONGEST_TOKEN = 32;
const BYTES_PER_TOKEN = 4;

/** Counts what all answers of a generation produce against what they may. */
export class TokenMeter {
  used = 0;
  /** Something was kept back. */
  isSpent = false;

  constructor(readonly most: number) {}

  /** False when a piece of this length is more than may still be produced: then it must not go into the log. */
  take(bytes: number): boolean {
    const used = this.used + (bytes <= LONGEST_TOKEN ? 1 : Math.ceil(bytes / BYTES_PER_TOKEN));
    if (used > this.most) {
      this.isSpent = true;
      return false;
    }
    this.used = used;
    return true;
  }
}
