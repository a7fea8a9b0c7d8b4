const TICK_MS = 5_000;
/** 30 s of silence: most proxies cut at 60. */
const SILENT_TICKS = 6;

export interface Beating {
  silentTicks: number;
  ping(): void;
}

/** One timer for every open stream. */
export class Heartbeat {
  private readonly streams = new Set<Beating>();
  private timer: NodeJS.Timeout | undefined;

  add(stream: Beating): void {
    this.streams.add(stream);
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
  }

  remove(stream: Beating): void {
    this.streams.delete(stream);
  }

  /** @internal also called by tests in place of the timer */
  tick(): void {
    for (const stream of this.streams) {
      if (++stream.silentTicks < SILENT_TICKS) continue;
      stream.silentTicks = 0;
      stream.ping();
    }
    if (this.streams.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

export const heartbeat = new Heartbeat();
