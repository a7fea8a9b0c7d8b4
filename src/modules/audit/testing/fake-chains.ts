import type { Draft } from '../chain/chain-entry.js';
import type { TenantChain } from '../chain/tenant-chain.js';

/** Chains in memory that know what they have, as the database does. */
export class FakeChains {
  readonly groups: string[][] = [];
  /** What the database says to a group, when it is not well. */
  onAppend: (group: string[], isPatient: boolean) => Promise<void> | void = () => undefined;
  private readonly known = new Set<string>();

  get subjects(): string[] {
    return this.groups.flat();
  }

  of(tenant: string): TenantChain {
    const append = async (drafts: readonly Draft[], isPatient = false) => {
      const group = drafts
        .map(({ subject }) => `${tenant} ${subject}`)
        .filter((name) => !this.known.has(name));
      await this.onAppend(group, isPatient);
      this.groups.push(group);
      for (const name of group) this.known.add(name);
      return { seq: this.known.size, count: group.length };
    };
    return { append, forget: () => undefined } as unknown as TenantChain;
  }
}
