interface Alarm {
  readonly dueAt: number;
  readonly ring: () => void;
}

/** Alarms of one delay: a queue and one timer for all who wait. An alarm is never taken back; who is rung looks. */
class AlarmQueue {
  private readonly alarms: Alarm[] = [];
  private next = 0;

  constructor(private readonly delayMs: number) {}

  add(ring: () => void): void {
    this.alarms.push({ dueAt: performance.now() + this.delayMs, ring });
    if (this.alarms.length - this.next === 1) setTimeout(this.run, this.delayMs);
  }

  private readonly run = (): void => {
    const now = performance.now() + 1;
    while (this.next < this.alarms.length && this.alarms[this.next]!.dueAt <= now)
      this.alarms[this.next++]!.ring();
    if (this.next === this.alarms.length || this.next > 1024)
      (this.alarms.splice(0, this.next), (this.next = 0));
    const first = this.alarms[this.next];
    if (first !== undefined) setTimeout(this.run, Math.max(1, first.dueAt - performance.now()));
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
