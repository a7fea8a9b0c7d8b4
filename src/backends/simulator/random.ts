/** A small generator of its own (xorshift), so that a seed gives the same numbers on every machine and release of Node. */
export class Random {
  private state: number;

  /** Lanes of one seed are independent: drawing from one does not move another. */
  constructor(seed: number, lane = 0) {
    const folded = Math.trunc(seed);
    const low = folded >>> 0;
    const high = Math.floor(folded / 2 ** 32) >>> 0;
    this.state = scramble(scramble(low ^ 0x5bf03635) ^ scramble(high + lane * 0x3c6ef372)) || 1;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** From 0 up to, not including, 1. */
  fraction(): number {
    let next = this.state;
    next ^= next << 13;
    next ^= next >>> 17;
    next ^= next << 5;
    this.state = next >>> 0;
    return this.state / 2 ** 32;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }
}

/** Neighbouring seeds must not begin alike. */
function scramble(value: number): number {
  let mixed = value >>> 0;
  for (let round = 0; round < 3; round += 1) {
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 0;
    mixed = (mixed ^ (mixed >>> 13)) >>> 0;
  }
  return mixed;
}
