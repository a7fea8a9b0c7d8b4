const WINDOW_MS = 1_000;

/** Counts what one client says, second by second. */
export class MessageRate {
  private windowStart = 0;
  private count = 0;

  constructor(private readonly mostPerSecond: number) {}

  /** False when the client says more than it may. */
  take(now = performance.now()): boolean {
    if (now - this.windowStart >= WINDOW_MS) {
      this.windowStart = now;
      this.count = 0;
    }
    return ++this.count <= this.mostPerSecond;
  }
}
