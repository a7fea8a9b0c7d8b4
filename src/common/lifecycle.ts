import { Injectable } from '@nestjs/common';
import { GatewayError } from './errors/gateway.error.js';

/** Whether the gateway still takes work. Probes and admission look here. */
@Injectable()
export class Lifecycle {
  private stopping = false;
  private impatient = false;
  private works = 0;

  get draining(): boolean {
    return this.stopping;
  }

  /** Whether what runs may no longer finish. */
  get hurried(): boolean {
    return this.impatient;
  }

  /** Whether work of several parts is under way. */
  get working(): boolean {
    return this.works > 0;
  }

  /**
   * Lets in work of several parts, which may begin until they are told to hurry, also when nothing else may any more. Returns
   * what has to be called when it is done; more calls do nothing. Throws `shutdown` where nothing begins any more.
   */
  beginWork(): () => void {
    if (this.stopping) throw shuttingDown();
    let isDone = false;
    this.works++;
    return () => {
      if (!isDone) this.works--;
      isDone = true;
    };
  }

  /** Throws `shutdown` where nothing begins any more, or no part of `work` that was let in. */
  requireOpen(of: 'work' | 'new'): void {
    if (of === 'work' ? this.impatient : this.stopping) throw shuttingDown();
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

const shuttingDown = () => new GatewayError('shutdown', 'The gateway is shutting down.', { retryAfterS: 5 });
