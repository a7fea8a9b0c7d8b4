/** All values together. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ENTRIES = 10_000;
/** Of a text that is not all ASCII; most take one. */
const BYTES_PER_CHARACTER = 2;

/**
 * The cache of a process without Redis: serialised values by key. Those used last are kept, bounded by bytes and number.
 * Their age is looked at by Keyv, whose store it is.
 */
export class MemoryCacheStore {
  private readonly kept = new Map<string, string>();
  private bytes = 0;
  /**
   * Goes from the oldest to the newest: all it has passed is gone. A new one for every value that goes would walk again
   * through the holes that those before have left in the map.
   */
  private oldest = this.kept.keys();

  constructor(
    private readonly mostBytes = MOST_BYTES,
    private readonly mostEntries = MOST_ENTRIES,
  ) {}

  get(key: string): string | undefined {
    const value = this.kept.get(key);
    if (value === undefined) return undefined;
    // Used last, so it goes last.
    this.kept.delete(key);
    this.kept.set(key, value);
    return value;
  }

  /** What alone is more than may be kept is not kept. */
  set(key: string, value: string): void {
    this.delete(key);
    this.kept.set(key, value);
    this.bytes += sizeOf(key, value);
    while (this.bytes > this.mostBytes || this.kept.size > this.mostEntries) this.deleteOldest();
  }

  delete(key: string): boolean {
    const value = this.kept.get(key);
    if (value === undefined) return false;
    this.bytes -= sizeOf(key, value);
    return this.kept.delete(key);
  }

  clear(): void {
    this.kept.clear();
    this.bytes = 0;
    this.oldest = this.kept.keys();
  }

  private deleteOldest(): void {
    let next = this.oldest.next();
    if (next.done) {
      this.oldest = this.kept.keys();
      next = this.oldest.next();
    }
    this.delete(next.value!);
  }
}

const sizeOf = (key: string, value: string): number => (key.length + value.length) * BYTES_PER_CHARACTER;
