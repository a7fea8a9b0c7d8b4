import { Logger, type INestApplication } from '@nestjs/common';
import { Lifecycle } from './common/lifecycle.js';

/** Ends the process in order: stop taking work, let what runs finish within its bound, put it on record, go. */
export class Shutdown {
  private readonly logger = new Logger('Shutdown');
  private readonly steps: (() => Promise<void>)[] = [];
  private running = false;

  constructor(private readonly app: INestApplication) {}

  listen(): void {
    process.on('SIGTERM', () => void this.run('SIGTERM', 0));
    process.on('SIGINT', () => void this.run('SIGINT', 0));
    process.on('unhandledRejection', (error) => {
      this.logger.fatal({ err: error }, 'unhandled rejection');
      void this.run('unhandledRejection', 1);
    });
    process.on('uncaughtException', (error) => {
      this.logger.fatal({ err: error }, 'uncaught exception');
      void this.run('uncaughtException', 1);
    });
  }

  /** Adds something to close before the application is. */
  before(step: () => Promise<void>): void {
    this.steps.push(step);
  }

  private async run(cause: string, exitCode: number): Promise<void> {
    // A second signal means now.
    if (this.running) process.exit(exitCode === 0 ? 130 : exitCode);
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
    process.exit(exitCode);
  }
}
