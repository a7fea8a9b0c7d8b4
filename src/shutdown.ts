import { Logger, type INestApplication } from '@nestjs/common';
import { Lifecycle } from './common/lifecycle.js';

/** A signal often comes by several ways at once: from the terminal or the service manager, and from who started this. */
const SAME_SIGNAL_MS = 500;

/** Ends the process in order: stop taking work, let what runs finish within its bound, put it on record, go. */
export class Shutdown {
  private readonly logger = new Logger('Shutdown');
  private readonly steps: (() => Promise<void>)[] = [];
  private running = false;
  private signals = 0;
  private signalledAt = -Infinity;
  private exitCode = 0;

  constructor(private readonly app: INestApplication) {}

  listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.onSignal(signal));
    // Who started us by a channel was killed, and cannot pass on signals any more.
    process.on('disconnect', () => this.onSignal('disconnect'));
    for (const fault of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(fault, (error: unknown) => this.onFault(fault, error));
    }
  }

  /** Adds something to close once the application is. */
  after(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  private onSignal(signal: string): void {
    if (performance.now() - this.signalledAt < SAME_SIGNAL_MS) return;
    this.signalledAt = performance.now();
    this.signals += 1;
    // A second signal: what runs is told that it ends now. A third: nobody is told anything.
    if (this.signals > 2) process.exit(130);
    if (this.running) this.app.get(Lifecycle).hurry();
    else void this.run(signal);
  }

  /** A fault of ours ends the process, but lets what runs come to its end, also when more faults follow. */
  private onFault(fault: string, error: unknown): void {
    this.logger.fatal({ err: error }, fault);
    this.exitCode = 1;
    if (!this.running) void this.run(fault);
  }

  private async run(cause: string): Promise<void> {
    this.running = true;
    this.logger.log({ cause }, 'shutting down');
    this.app.get(Lifecycle).drain();
    try {
      await this.app.close();
      for (const step of this.steps) await step();
    } catch (failure) {
      this.logger.error({ err: failure }, 'the shutdown did not go as it should');
      process.exit(1);
    }
    process.exit(this.exitCode);
  }
}
