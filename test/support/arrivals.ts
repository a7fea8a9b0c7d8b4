interface Waiter<T> {
  readonly index: number;
  readonly resolve: (item: T) => void;
  readonly reject: (reason: Error) => void;
}

/** A growing list whose future entries can be awaited. */
export class Arrivals<T> {
  readonly items: T[] = [];
  private waiters: Waiter<T>[] = [];
  private closedBecause: Error | undefined;

  push(item: T): void {
    const index = this.items.push(item) - 1;
    for (const waiter of this.waiters) if (waiter.index === index) waiter.resolve(item);
    this.waiters = this.waiters.filter((waiter) => waiter.index > index);
  }

  /** The entry at this index, now or when it comes. Rejects when the list is closed before. */
  at(index: number): Promise<T> {
    const item = this.items[index];
    if (item !== undefined) return Promise.resolve(item);
    const arrival = new Promise<T>((resolve, reject) => {
      if (this.closedBecause) reject(this.closedBecause);
      else this.waiters.push({ index, resolve, reject });
    });
    // A test may end without awaiting what never came.
    arrival.catch(() => undefined);
    return arrival;
  }

  close(reason: Error): void {
    this.closedBecause = reason;
    for (const waiter of this.waiters) waiter.reject(reason);
    this.waiters = [];
  }
}
