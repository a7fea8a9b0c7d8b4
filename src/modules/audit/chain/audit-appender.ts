import { Inject, Injectable } from '@nestjs/common';
import type { ChainAppender } from './chain-appender.js';
import type { EntryKind } from './chain-link.js';
import { TenantChains } from './tenant-chains.js';

/** Appends to the chains this process writes its generations to, each in its turn. */
@Injectable()
export class AuditAppender implements ChainAppender {
  constructor(@Inject(TenantChains) private readonly chains: TenantChains) {}

  async append(
    tenant: string,
    entry: { readonly kind: EntryKind; readonly subject: string; readonly body: Buffer },
  ): Promise<number> {
    const { seq } = await this.chains.of(tenant).append([entry]);
    return seq;
  }
}
