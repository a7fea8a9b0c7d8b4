import { Logger } from '@nestjs/common';
import { describeDatabaseError, isValueFault } from '../../../infrastructure/database/index.js';
import type { Draft } from '../chain/chain-entry.js';
import type { TenantChain } from '../chain/tenant-chain.js';
import type { TenantChains } from '../chain/tenant-chains.js';

/** Commits generations' records to the chains of their tenants. */
export class RecordAppender {
  private readonly logger = new Logger('AuditJournal');
  private count = 0;

  constructor(private readonly chains: TenantChains) {}

  /** How many came into the chains by this process. */
  get written(): number {
    return this.count;
  }

  /**
   * Commits drafts in their order. One whose readable form the database refuses goes without it, and the log says why: its
   * record is in the chain all the same. Who is patient gives the database much more time than a request would.
   */
  async append(tenant: string, drafts: readonly Draft[], isPatient = false): Promise<void> {
    const written = await this.appendTo(this.chains.of(tenant), drafts, isPatient);
    // Others may have been counted meanwhile.
    this.count += written;
  }

  /** The same of drafts some of which may be on record already. */
  appendAgain(tenant: string, drafts: readonly Draft[], isPatient: boolean): Promise<void> {
    this.chains.of(tenant).forget();
    return this.append(tenant, drafts, isPatient);
  }

  /** Resolves with how many were not there before. */
  private async appendTo(chain: TenantChain, drafts: readonly Draft[], isPatient: boolean): Promise<number> {
    try {
      return (await chain.append(drafts, isPatient)).count;
    } catch (error) {
      if (!isValueFault(error)) throw error;
      const [first] = drafts;
      if (first === undefined) throw error;
      if (drafts.length > 1) {
        const middle = drafts.length >> 1;
        const before = await this.appendTo(chain, drafts.slice(0, middle), isPatient);
        return before + (await this.appendTo(chain, drafts.slice(middle), isPatient));
      }
      if (first.projection === undefined) throw error;
      this.logger.error(
        { generation: first.subject },
        `the database refuses the readable form of a record: ${describeDatabaseError(error)}`,
      );
      return (await chain.append([{ ...first, projection: undefined }], isPatient)).count;
    }
  }
}
