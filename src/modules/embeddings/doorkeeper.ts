const KEYS = 512;

/**
 * Lets in what is asked for twice within a while (as the doorkeeper of TinyLFU, https://arxiv.org/abs/1512.00727). Keys that
 * are met once each, as when many texts are looked up one after the other, would only drive out what is asked for often.
 */
export class Doorkeeper {
  private met = new Set<string>();
  private metBefore = new Set<string>();

  /** Remembers the last `keys` of them at least, and twice as many at most. */
  constructor(private readonly keys = KEYS) {}

  /** Whether the key was met before. */
  admits(key: string): boolean {
    if (this.met.has(key) || this.metBefore.has(key)) return true;
    this.met.add(key);
    if (this.met.size >= this.keys) {
      this.metBefore = this.met;
      this.met = new Set();
    }
    return false;
  }
}
