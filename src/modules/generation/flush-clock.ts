interface Alarm {
  readonly dueAt: number;
  readonly ring: () => void;
}

/** Rung alarms that are kept before the queue is shortened. */
const MOST_RUNG = 1024;

/** Alarms of one delay: a queue and one timer for all who wait. An alarm is never taken back; who is rung looks. */
class AlarmQueue {
  private alarms: Alarm[] = [];
  private next = 0;
  private isTicking = false;

  constructor(private readonly delayMs: number) {}

  add(ring: () => void): void {
    this.alarms.push({ dueAt: performance.now() + this.delayMs, ring });
    if (!this.isTicking) this.tick(this.delayMs);
  }

  private tick(delayMs: number): void {
    this.isTicking = true;
    setTimeout(this.run, delayMs);
  }

  private readonly run = (): void => {
    // Timers go off up to a millisecond early.
    const now = performance.now() + 1;
    let first = this.alarms[this.next];
    for (; first !== undefined && first.dueAt <= now; first = this.alarms[++this.next]) first.ring();
    if (first === undefined || this.next > MOST_RUNG) {
      this.alarms = this.alarms.slice(this.next);
      this.next = 0;
    }
    this.isTicking = false;
    if (first !== undefined) this.tick(Math.max(1, first.dueAt - performance.now()));
  };
}

/** Rings readers whose text has waited long enough for company. */
export class FlushClock {
  private readonly queues = new Map<number, AlarmQueue>();

  ringIn(delayMs: number, ring: () => void): void {
    let queue = this.queues.get(delayMs);
    if (queue === undefined) this.queues.set(delayMs, (queue = new AlarmQueue(delayMs)));
    queue.add(ring);
  }
}

export const flushClock = new FlushClock();
