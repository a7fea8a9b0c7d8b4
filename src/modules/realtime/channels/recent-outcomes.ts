const WINDOW_S = 60;

interface Second {
  at: number;
  total: number;
  failed: number;
  readonly durations: Float64Array;
  /** So many of them are there. */
  timed: number;
}

/** As many times as are kept of one second: more say nothing new about a percentile. */
const MOST_DURATIONS = 200;

/** How generations went within the last minute. */
export class RecentOutcomes {
  private readonly seconds: Second[] = [];

  add(failed: boolean, durationMs: number, now: number): void {
    const at = Math.floor(now / 1000);
    let second = this.seconds.at(-1);
    if (second?.at !== at) this.seconds.push((second = newSecond(at)));
    if (this.seconds.length > WINDOW_S) this.seconds.shift();
    second.total++;
    if (failed) second.failed++;
    if (second.timed < MOST_DURATIONS) second.durations[second.timed++] = durationMs;
  }

  /** Failed of all, from 0 to 1; 0 where there were none. */
  errorRate(now: number): number {
    const recent = this.recent(now);
    const total = recent.reduce((sum, second) => sum + second.total, 0);
    return total === 0 ? 0 : recent.reduce((sum, second) => sum + second.failed, 0) / total;
  }

  /** Seconds within which 95 of 100 said their first token; 0 where there were none. */
  latencyP95(now: number): number {
    const recent = this.recent(now);
    // Sorted as numbers, and so fast that no stream has to wait for it.
    const durations = new Float64Array(recent.reduce((sum, { timed }) => sum + timed, 0));
    let at = 0;
    for (const second of recent) {
      durations.set(second.durations.subarray(0, second.timed), at);
      at += second.timed;
    }
    durations.sort();
    return (durations[Math.ceil(durations.length * 0.95) - 1] ?? 0) / 1000;
  }

  private recent(now: number): readonly Second[] {
    const oldest = Math.floor(now / 1000) - WINDOW_S;
    return this.seconds.filter(({ at }) => at > oldest);
  }
}

const newSecond = (at: number): Second => ({
  at,
  total: 0,
  failed: 0,
  durations: new Float64Array(MOST_DURATIONS),
  timed: 0,
});
