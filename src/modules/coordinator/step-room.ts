/**
 * The calls of one workflow that run beside each other. One that finds no room waits until another one of the same workflow
 * has ended, and for nobody else: where its caller may run fewer at a time than it has, it takes as many as it may.
 */
export class StepRoom {
  /** Those that run, or try to begin. */
  private active = 0;
  private isClosed = false;
  private waiting: ((isWorthwhile: boolean) => void)[] = [];

  enter(): void {
    this.active++;
  }

  /** What never began gives nothing back that another one could take. */
  leave(hadBegun: boolean): void {
    this.active--;
    if (hadBegun || this.active === 0) this.wake(hadBegun);
  }

  /** For one that has entered and found no room: resolves with whether to try again, at once where none runs beside it. */
  readonly again = (): Promise<boolean> => {
    if (this.active === 1 || this.isClosed) return Promise.resolve(false);
    this.active--;
    return new Promise<boolean>((resolve) => this.waiting.push(resolve));
  };

  /** Nothing more begins. */
  close(): void {
    this.isClosed = true;
    this.wake(false);
  }

  private wake(isWorthwhile: boolean): void {
    const woken = this.waiting;
    this.waiting = [];
    this.active += woken.length;
    for (const wake of woken) wake(isWorthwhile);
  }
}
