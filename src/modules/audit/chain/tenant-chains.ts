import { type RunStatement, TenantChain } from './tenant-chain.js';

/** The chains this process appends to. */
export class TenantChains {
  private readonly chains = new Map<string, TenantChain>();

  constructor(
    private readonly run: RunStatement,
    private readonly runPatiently = run,
  ) {}

  of(tenant: string): TenantChain {
    let chain = this.chains.get(tenant);
    if (chain === undefined) {
      chain = new TenantChain(tenant, this.run, this.runPatiently);
      this.chains.set(tenant, chain);
    }
    return chain;
  }
}
