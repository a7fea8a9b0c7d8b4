import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { isOwn } from '../../generation/index.js';
import type { BegunResponse } from '../stored-response.js';
import type { ArchiveRows } from './archive-rows.js';
import { type FoundResponse, fromArchived } from './archived-response.js';
import type { BegunResponses } from './begun-responses.js';

/** Whom a response is brought to when it has ended. */
export interface ArchiveKeeper {
  readonly rows: ArchiveRows;
  readonly begun: BegunResponses;
  keep(id: string): void;
}

/**
 * Where responses are kept for days, on every replica and across restarts: in the database, where there is one that keeps
 * them, and nowhere otherwise. Rejects with `dependency_unavailable` while that database is away.
 */
@Injectable()
export class ResponseArchive {
  private keeper: ArchiveKeeper | undefined;

  constructor(@Inject(AppConfig) private readonly config: Pick<AppConfig, 'storedResponses'>) {}

  use(keeper: ArchiveKeeper): void {
    this.keeper = keeper;
  }

  /** From now on it is found, also when its process is killed. Resolves when it is, or cannot be. */
  async begin(response: BegunResponse): Promise<void> {
    await this.keeper?.begun.add(response, this.expiry());
  }

  /** Keeps what has ended, soon. */
  keep(id: string): void {
    this.keeper?.keep(id);
  }

  /** What belongs to somebody else is not there. Without its items where only the output is wanted. */
  async find(
    id: string,
    caller: Principal,
    { withItems = true } = {},
  ): Promise<FoundResponse | 'deleted' | undefined> {
    const content = await this.keeper?.rows.find(caller.tenant, id, withItems);
    if (content === undefined || content === 'deleted') return content;
    const response = fromArchived(content);
    return isOwn(response.owner, caller) ? response : undefined;
  }

  /** It is not found any more, and does not come back. */
  async delete(id: string, { tenant }: Principal): Promise<void> {
    await this.keeper?.rows.delete(tenant, id, this.expiry());
  }

  /** Of what ends now. */
  expiry(): Date {
    return new Date(Date.now() + this.config.storedResponses.ttlMs);
  }
}
