const TOKEN = /^ ([0-9a-f]{4})-([0-9a-f]{8})-([0-9a-f]{2})(z{0,3})/;
const SHORTEST_BYTES = 17;

/** Follows the numbered words of one reply through text that may be cut anywhere (see `bench/c/token.h`). */
export class TokenReader {
  next = 0;
  #tag;
  #expected;
  #partial = '';

  /** @param {number} id @param {number} tokens */
  constructor(id, tokens) {
    this.#tag = id & 255;
    this.#expected = tokens;
  }

  get complete() {
    return this.next === this.#expected && this.#partial === '';
  }

  /**
   * The times in µs at which the words of this text were written; undefined when one is wrong, missing or out of order.
   *
   * @param {string} text
   */
  feed(text) {
    /** @type {number[]} */
    const stamps = [];
    let rest = this.#partial + text;
    for (;;) {
      const bytes = SHORTEST_BYTES + (this.next & 3);
      if (rest.length < bytes) break;
      const token = TOKEN.exec(rest.slice(0, bytes));
      if (token === null || token[0].length !== bytes) return undefined;
      const [, index = '', stamp = '', tag = ''] = token;
      if (parseInt(index, 16) !== this.next || parseInt(tag, 16) !== this.#tag) return undefined;
      stamps.push(parseInt(stamp, 16));
      this.next++;
      rest = rest.slice(bytes);
    }
    this.#partial = rest;
    return stamps;
  }
}
