import type { Logger } from '@nestjs/common';

/** A disk that is full takes a little now and then, whenever a file goes. */
const CALM_MS = 10_000;

/** Says once why the spool takes nothing, and once that it takes records again, when that has held for a while. */
export class RefusalLog {
  private lastAt: number | undefined;

  constructor(private readonly logger: Logger) {}

  refused(error: unknown): void {
    if (this.lastAt === undefined) this.logger.error(`the spool takes no more records: ${messageOf(error)}`);
    this.lastAt = performance.now();
  }

  /** To be called now and then. */
  look(takesRecords: boolean): void {
    if (this.lastAt === undefined || !takesRecords || performance.now() - this.lastAt < CALM_MS) return;
    this.lastAt = undefined;
    this.logger.log('the spool takes records again');
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
