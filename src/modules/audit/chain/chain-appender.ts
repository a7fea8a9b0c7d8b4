import type { EntryKind } from './chain-link.js';

/** Adds to the chain of a tenant what is no generation, such as that something was erased. */
export interface ChainAppender {
  /** Gives the number of the entry once it is committed. Rejects when it may not be. */
  append(
    tenant: string,
    entry: { readonly kind: EntryKind; readonly subject: string; readonly body: Buffer },
  ): Promise<number>;
}

export const ChainAppender = Symbol('ChainAppender');
