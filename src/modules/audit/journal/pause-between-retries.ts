const PAUSES_MS = [100, 250, 500, 1_000, 2_000] as const;
const HURRIED_MS = 100;

/** Waits longer after each failure, until somebody knows better. */
export class PauseBetweenRetries {
  private failures = 0;
  private isHurried = false;
  private wake: () => void = () => undefined;

  async wait(): Promise<void> {
    const ms = this.isHurried ? HURRIED_MS : PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)];
    this.failures += 1;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
      this.wake = resolve;
    });
    clearTimeout(timer);
  }

  /** The wait is over. */
  end(): void {
    this.wake();
  }

  /** From now on waits are short. */
  hurry(): void {
    this.isHurried = true;
    this.wake();
  }

  reset(): void {
    this.failures = 0;
  }
}
