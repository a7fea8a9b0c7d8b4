/** Milliseconds; what is above the last counts there. */
const BOUNDS = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** Percentiles of times, as upper bounds: exact to the next of a few steps, and of constant size. */
export class LatencyTally {
  private readonly counts = BOUNDS.map(() => 0);
  private total = 0;

  add(ms: number): void {
    const index = BOUNDS.findIndex((bound) => ms <= bound);
    this.counts[index === -1 ? BOUNDS.length - 1 : index]!++;
    this.total++;
  }

  /** 0 as long as nothing was measured. */
  percentile(share: number): number {
    if (this.total === 0) return 0;
    let below = 0;
    for (let index = 0; index < BOUNDS.length; index++) {
      below += this.counts[index]!;
      if (below >= share * this.total) return BOUNDS[index]!;
    }
    return BOUNDS.at(-1)!;
  }
}
