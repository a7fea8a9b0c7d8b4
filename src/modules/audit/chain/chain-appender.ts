import type { EntryKind } from './chain-link.js';

/** Puts entries at the end of a tenant's chain, one after another whoever asks. */
export interface ChainAppender {
  /** Gives the entry's number once it is committed. */
  append(
    tenant: string,
    entry: { readonly kind: EntryKind; readonly subject: string; readonly body: Buffer },
  ): Promise<number>;
}

export const ChainAppender = Symbol('ChainAppender');
