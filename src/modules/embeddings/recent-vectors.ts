import type { Vector } from './vector.js';

const MAX_BYTES = 64 * 1024 * 1024;
/** Key, map entry, and the JSON that an answer may have left with it: about five bytes for each of the vector's. */
const OVERHEAD = 6;

interface Kept {
  readonly vector: Vector;
  readonly until: number;
}

/** The vectors used last, bounded by bytes and age. */
export class RecentVectors {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;
  /** All it has passed is gone. A new one each time would walk through the holes the others have left in the map. */
  private readonly oldest = this.kept.keys();

  constructor(
    private readonly ttlMs: number,
    private readonly maxBytes = MAX_BYTES,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get(key: string): Vector | undefined {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    this.kept.delete(key);
    if (found.until <= this.now()) {
      this.bytes -= sizeOf(found.vector);
      return undefined;
    }
    // Used last, so it goes last.
    this.kept.set(key, found);
    return found.vector;
  }

  set(key: string, vector: Vector): void {
    const known = this.kept.get(key);
    if (known !== undefined) this.remove(key, known);
    this.kept.set(key, { vector, until: this.now() + this.ttlMs });
    this.bytes += sizeOf(vector);
    while (this.bytes > this.maxBytes) {
      const oldest = this.oldest.next().value!;
      this.remove(oldest, this.kept.get(oldest)!);
    }
  }

  private remove(key: string, { vector }: Kept): void {
    this.kept.delete(key);
    this.bytes -= sizeOf(vector);
  }
}

const sizeOf = ({ bytes }: Vector): number => bytes.length * OVERHEAD;
