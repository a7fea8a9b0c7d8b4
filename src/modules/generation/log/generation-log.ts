const SEGMENT_BITS = 6;
/** Entries per sealed segment. */
export const SEGMENT_SIZE = 1 << SEGMENT_BITS;

/**
 * Append-only record of a generation's events, in order; position n is the n-th entry for ever. The newest entries are
 * kept as they came; older ones are sealed in flat, newline-joined segments, because a slice of an upstream line keeps
 * the whole line alive. Everything is one-byte strings, so `bytes` is what is really held.
 */
export class GenerationLog {
  private readonly segments: string[] = [];
  private tail: string[] = [];
  private tailStart = 0;
  count = 0;
  bytes = 0;
  /** Entries that are not bare text. While it is 0 readers need not look at each entry. */
  tagged = 0;

  append(entry: string): void {
    this.tail.push(entry);
    this.count++;
    this.bytes += entry.length + 1;
  }

  appendTagged(entry: string): void {
    this.tagged++;
    this.append(entry);
  }

  /** Seals what fills a segment. Called when readers have had their turn, so that they read the tail as it is. */
  seal(): void {
    while (this.tail.length >= SEGMENT_SIZE) {
      this.segments.push(this.tail.slice(0, SEGMENT_SIZE).join('\n'));
      this.tail = this.tail.slice(SEGMENT_SIZE);
      this.tailStart += SEGMENT_SIZE;
    }
  }

  /** Where the block that holds `position` begins. */
  blockStart(position: number): number {
    return position >= this.tailStart ? this.tailStart : position & ~(SEGMENT_SIZE - 1);
  }

  /** The entries from `blockStart(position)` on. Splits a sealed segment: keep the result while reading through it. */
  block(position: number): readonly string[] {
    if (position >= this.tailStart) return this.tail;
    return this.segments[position >> SEGMENT_BITS]!.split('\n');
  }

  /** Every entry, for who needs the whole. */
  entries(): string[] {
    return this.count === 0 ? [] : this.flatten().split('\n');
  }

  /** The entries from `position` on. */
  from(position: number): string[] {
    if (position >= this.tailStart) return this.tail.slice(position - this.tailStart);
    const entries = this.segments.slice(position >> SEGMENT_BITS).flatMap((segment) => segment.split('\n'));
    entries.push(...this.tail);
    return entries.slice(position & (SEGMENT_SIZE - 1));
  }

  /** All of it as one text, of a log that has no tagged entries. */
  text(): string {
    const tail = this.tail.join('');
    return this.segments.length === 0 ? tail : this.segments.join('').replaceAll('\n', '') + tail;
  }

  /** The whole log as one flat string: entry n is element n of its lines. */
  flatten(): string {
    if (this.tail.length === 0) return this.segments.join('\n');
    return [...this.segments, this.tail.join('\n')].join('\n');
  }
}
