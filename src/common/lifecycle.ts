import { Injectable } from '@nestjs/common';

/** Whether the gateway still takes work. Probes and admission look here. */
@Injectable()
export class Lifecycle {
  private stopping = false;

  get draining(): boolean {
    return this.stopping;
  }

  /** From now on nothing begins; what runs goes on. */
  drain(): void {
    this.stopping = true;
  }
}
