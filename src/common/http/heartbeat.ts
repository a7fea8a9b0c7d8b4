const TICK_MS = 5_000;
/** 30 s of silence: most proxies cut at 60. */
const SILENT_TICKS = 6;

export interface Beating {
  /** Held by the heartbeat. */
  place: number;
  silentTicks: number;
  ping(): void;
}

/** Of a stream that is not looked after. */
export const NO_PLACE = -1;

/**
 * One timer for every open stream. An array, because V8 replaces a set that changes all the time by a new one, and the
 * old one keeps what it held until old objects are collected.
 */
export class Heartbeat {
  private readonly streams: Beating[] = [];
  private timer: NodeJS.Timeout | undefined;

  add(stream: Beating): void {
    stream.place = this.streams.push(stream) - 1;
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
  }

  remove(stream: Beating): void {
    if (stream.place === NO_PLACE) return;
    const last = this.streams.pop()!;
    if (last !== stream) {
      this.streams[stream.place] = last;
      last.place = stream.place;
    }
    stream.place = NO_PLACE;
  }

  /** @internal also called by tests in place of the timer */
  tick(): void {
    for (const stream of [...this.streams]) {
      if (++stream.silentTicks < SILENT_TICKS) continue;
      stream.silentTicks = 0;
      stream.ping();
    }
    if (this.streams.length > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

export const heartbeat = new Heartbeat();
