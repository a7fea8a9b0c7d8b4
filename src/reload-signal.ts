/** SIGHUP, which ends a process that does not listen to it. One that comes before anybody can act on it is told later. */
export class ReloadSignal {
  private reload: (() => void) | undefined;
  private isPending = false;

  constructor() {
    process.on('SIGHUP', () => this.take());
  }

  /** From now on, and once for all that came before. */
  tell(reload: () => void): void {
    this.reload = reload;
    if (this.isPending) reload();
  }

  private take(): void {
    if (this.reload === undefined) this.isPending = true;
    else this.reload();
  }
}
