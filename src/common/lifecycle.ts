import { Injectable } from '@nestjs/common';

/** Whether the gateway still takes work. Probes and admission look here. */
@Injectable()
export class Lifecycle {
  private stopping = false;
  private impatient = false;

  get draining(): boolean {
    return this.stopping;
  }

  /** Whether what runs may no longer finish. */
  get hurried(): boolean {
    return this.impatient;
  }

  /** From now on nothing begins; what runs goes on. */
  drain(): void {
    this.stopping = true;
  }

  /** What runs is stopped, and told so. */
  hurry(): void {
    this.impatient = true;
  }
}
