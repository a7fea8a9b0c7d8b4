import type { Cancel, Scheduler } from '../scheduler.js';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** A scheduler whose time passes when it is told to. */
export class ManualScheduler implements Scheduler {
  private time = 0;
  private readonly tasks = new Set<Task>();

  now(): number {
    return this.time;
  }

  soon(run: () => void): Cancel {
    return this.after(0, run);
  }

  after(ms: number, run: () => void): Cancel {
    const task = { at: this.time + ms, run };
    this.tasks.add(task);
    return () => void this.tasks.delete(task);
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.tasks.size;
  }

  /** One turn of the event loop: what is due now, without what that schedules. */
  turn(): void {
    for (const task of [...this.tasks]) if (task.at <= this.time) this.run(task);
  }

  /** Runs everything that falls due in the next `ms`, each at its time. */
  pass(ms: number): void {
    const end = this.time + ms;
    for (let next = this.earliest(); next !== undefined && next.at <= end; next = this.earliest()) {
      this.time = Math.max(this.time, next.at);
      this.run(next);
    }
    this.time = end;
  }

  private run(task: Task): void {
    if (this.tasks.delete(task)) task.run();
  }

  private earliest(): Task | undefined {
    return [...this.tasks].reduce<Task | undefined>(
      (first, task) => (first === undefined || task.at < first.at ? task : first),
      undefined,
    );
  }
}
