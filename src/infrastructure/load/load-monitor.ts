import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';

export interface LoadReadings {
  /** 99th percentile of the event loop's delay since the reading before. */
  readonly loopDelayMs: number;
  /** How much of the heap's limit is in use, from 0 to 1. */
  readonly heapShare: number;
}

/** Where readings come from. */
export interface LoadSource {
  start(): void;
  stop(): void;
  read(): LoadReadings;
}

const READ_EVERY_MS = 500;
const MAX_LOOP_DELAY_MS = 200;
/** One long pause is no overload. */
const PATIENCE_MS = 3_000;
const MAX_HEAP_SHARE = 0.85;
/** Lower than the bound, so that one collection more or less does not change the mind. */
const RELAXED_HEAP_SHARE = 0.8;

/** Tells when this process is at its limit and should take no new work. */
export class LoadMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(LoadMonitor.name);
  private timer: NodeJS.Timeout | undefined;
  private slowSince: number | undefined;
  private heapFull = false;
  private current = false;
  private refusedCount = 0;

  /** Without a source it never sheds. */
  constructor(
    private readonly clock: Clock,
    private readonly source?: LoadSource,
  ) {}

  get overloaded(): boolean {
    return this.current;
  }

  /** Requests refused so far. */
  get refused(): number {
    return this.refusedCount;
  }

  noteRefusal(): void {
    this.refusedCount++;
  }

  onApplicationBootstrap(): void {
    if (this.source === undefined) return;
    this.source.start();
    this.timer = setInterval(() => this.look(), READ_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    this.source?.stop();
  }

  /** @internal also called by tests in place of the timer */
  look(): void {
    if (this.source === undefined) return;
    const readings = this.source.read();
    const { loopDelayMs, heapShare } = readings;
    const now = this.clock.now();
    this.slowSince = loopDelayMs > MAX_LOOP_DELAY_MS ? (this.slowSince ?? now) : undefined;
    this.heapFull = heapShare > (this.heapFull ? RELAXED_HEAP_SHARE : MAX_HEAP_SHARE);
    const isSlow = this.slowSince !== undefined && now - this.slowSince >= PATIENCE_MS;
    this.change(isSlow || this.heapFull, readings);
  }

  private change(overloaded: boolean, { loopDelayMs, heapShare }: LoadReadings): void {
    if (overloaded === this.current) return;
    this.current = overloaded;
    const fields = { loopDelayMs: Math.round(loopDelayMs), heapPercent: Math.round(heapShare * 100) };
    if (overloaded) this.logger.warn(fields, 'overloaded: new generations are refused');
    else this.logger.log(fields, 'no longer overloaded: generations are taken again');
  }
}
