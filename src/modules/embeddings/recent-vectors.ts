import type { Vector } from './vector.js';

const MAX_BYTES = 64 * 1024 * 1024;
/** Key, map entry, and the JSON that an answer may have left with it: about five bytes for each of the vector's. */
const OVERHEAD = 6;
/** What keeps a vector takes besides, however short it is. */
const ENTRY_BYTES = 400;

interface Kept {
  readonly vector: Vector;
  readonly until: number;
  /** When it went last in the order. */
  place: number;
}

/**
 * The vectors used last, bounded by bytes and age. What is used again moves only out of the older half of them, as a move costs
 * more than to find it, and what is moved at every use fills the map with holes.
 */
export class RecentVectors {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;
  /** Of the newest. */
  private place = 0;
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
    if (found.until <= this.now()) {
      this.remove(key, found);
      return undefined;
    }
    if (this.place - found.place >= this.kept.size / 2) {
      this.kept.delete(key);
      this.kept.set(key, found);
      found.place = ++this.place;
    }
    return found.vector;
  }

  set(key: string, vector: Vector): void {
    const known = this.kept.get(key);
    if (known !== undefined) this.remove(key, known);
    this.kept.set(key, { vector, until: this.now() + this.ttlMs, place: ++this.place });
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

const sizeOf = ({ bytes }: Vector): number => bytes.length * OVERHEAD + ENTRY_BYTES;
