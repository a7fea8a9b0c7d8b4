/**
 * A set of a handful of things that come and go all the time, in the order of their coming.
 *
 * V8 gives a `Set` that changes a new table every few changes, and the old table points to the new one. Once one of them
 * lies among the old objects, all that follow are taken for living there until a full collection, with whatever was in them.
 * An array has no such trail.
 */
export class SmallSet<T> {
  private readonly items: T[] = [];

  get size(): number {
    return this.items.length;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items.values();
  }

  /** Not twice the same. */
  add(item: T): void {
    this.items.push(item);
  }

  /** Whether it was there. */
  delete(item: T): boolean {
    const index = this.items.indexOf(item);
    if (index === -1) return false;
    this.items.splice(index, 1);
    return true;
  }

  clear(): void {
    this.items.length = 0;
  }
}
