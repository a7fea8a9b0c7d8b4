import { Inject, Injectable, Logger } from '@nestjs/common';
import { describeDatabaseError } from '../../../infrastructure/database/index.js';
import { INTERRUPTED } from '../../generation/index.js';
import type { BegunResponse } from '../stored-response.js';
import { ArchiveRows } from './archive-rows.js';
import { toArchived } from './archived-response.js';

/** What is larger is not found again when its process is killed. */
const MOST_BYTES = 8 * 1024 * 1024;

interface Begun {
  readonly tenant: string;
  readonly written: Promise<void>;
}

/**
 * Responses in the background while they run here. The archive says of each that it was interrupted, which is what there is
 * to say as soon as no process knows more of it; what is stored of its end takes the place of that.
 */
@Injectable()
export class BegunResponses {
  private readonly logger = new Logger(BegunResponses.name);
  private readonly running = new Map<string, Begun>();
  private isFailing = false;

  constructor(@Inject(ArchiveRows) private readonly rows: ArchiveRows) {}

  /** Resolves when it is there, or cannot be. */
  add({ head, owner, profile, ...kept }: BegunResponse, expiresAt: Date): Promise<void> {
    const response = toArchived(kept, {
      ...{ head, owner, profile, backend: undefined },
      ...{ outcome: { status: 'failed', failure: INTERRUPTED }, usage: {}, durationMs: 0 },
      ...{ count: 0, log: '' },
    });
    if (response.facts.length + response.items.length > MOST_BYTES) return Promise.resolve();
    const { tenant } = kept;
    const written = this.rows.begin(response, expiresAt).then(
      () => {
        this.isFailing = false;
      },
      (error: unknown) => this.tell(error),
    );
    this.running.set(head.id, { tenant, written });
    return written;
  }

  /** Its end is stored. */
  replaced(id: string): void {
    this.running.delete(id);
  }

  /** It has ended, and that will not be stored: nothing else is to be said of it then. */
  async forget(id: string): Promise<void> {
    const begun = this.running.get(id);
    if (begun === undefined) return;
    this.running.delete(id);
    await begun.written;
    await this.rows.forgetBegun(begun.tenant, id).catch((error: unknown) => this.tell(error));
  }

  /** Once, until one is written again. */
  private tell(error: unknown): void {
    if (!this.isFailing)
      this.logger.warn(
        `responses in the background are not stored just now: ${describeDatabaseError(error)}`,
      );
    this.isFailing = true;
  }
}
