export interface RowQueueLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** Rows that wait to be written, oldest first. When it is full the oldest go. */
export class RowQueue {
  private rows: Buffer[] = [];
  private head = 0;
  private size = 0;

  constructor(private readonly limits: RowQueueLimits) {}

  get length(): number {
    return this.rows.length - this.head;
  }

  /** Gives how many had to go for it. */
  add(row: Buffer): number {
    this.rows.push(row);
    this.size += row.length;
    return this.shrink();
  }

  /** The oldest ones: at least one if there is any, and no more than the limits allow. */
  take(limits: RowQueueLimits): Buffer[] {
    const batch: Buffer[] = [];
    let bytes = 0;
    for (let row = this.rows[this.head]; row !== undefined; row = this.rows[this.head]) {
      const fits = batch.length < limits.rows && bytes + row.length <= limits.bytes;
      if (batch.length > 0 && !fits) break;
      batch.push(row);
      bytes += row.length;
      this.dropOldest();
    }
    return batch;
  }

  /** Puts a batch that could not be written back to where it was. Gives how many of the oldest had to go. */
  putBack(batch: readonly Buffer[]): number {
    this.rows = [...batch, ...this.rows.slice(this.head)];
    this.head = 0;
    this.size += batch.reduce((sum, row) => sum + row.length, 0);
    return this.shrink();
  }

  private shrink(): number {
    let dropped = 0;
    while (this.length > this.limits.rows || (this.size > this.limits.bytes && this.length > 0)) {
      this.dropOldest();
      dropped += 1;
    }
    return dropped;
  }

  private dropOldest(): void {
    this.size -= this.rows[this.head]?.length ?? 0;
    this.head += 1;
    // What is before the head is let go in strokes, not one by one.
    if (this.head < 1024 && this.head < this.rows.length) return;
    this.rows = this.rows.slice(this.head);
    this.head = 0;
  }
}
