import type { EntryHead } from '../chain/chain-link.js';

/** A link of a chain without what it is about. */
export interface StoredLink {
  readonly seq: number;
  readonly leaf: Buffer;
  readonly link: Buffer;
}

/** An entry as it lies in the database, believed in nothing. */
export interface StoredEntry extends StoredLink, Omit<EntryHead, 'kind'> {
  readonly kind: string;
  readonly body: Buffer;
}

export interface ChainHead {
  readonly seq: number;
  readonly link: Buffer;
}

/** An act upon the chain, which says what it did in clear. */
export interface StoredAct {
  readonly seq: number;
  readonly body: Buffer;
}

export interface PageBounds {
  readonly rows: number;
  /** Of bodies. The first entry comes however large it is. */
  readonly bytes: number;
}

/** Where chains are read from. Each question is short, however long the chain is. */
export interface EntrySource {
  /** The next entries with a higher number, in order. */
  page(tenant: string, after: number, bounds: PageBounds): Promise<StoredEntry[]>;
  links(tenant: string, after: number, rows: number): Promise<StoredLink[]>;
  head(tenant: string): Promise<ChainHead | undefined>;
  /** Of every tenant that has a chain. */
  heads(): Promise<(ChainHead & { readonly tenant: string })[]>;
  findLastTombstone(tenant: string): Promise<StoredAct | undefined>;
  /** Erasures with a higher number, in order; none when there are no more. */
  erasures(tenant: string, after: number): Promise<StoredAct[]>;
}

export const EntrySource = Symbol('EntrySource');
