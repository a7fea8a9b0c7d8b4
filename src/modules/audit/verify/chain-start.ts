import { GENESIS } from '../chain/chain-link.js';
import type { SigningKeys } from '../checkpoint/signing-keys.js';
import type { WalkStart } from './chain-walk.js';
import type { EntrySource } from './entry-source.js';
import { openTombstone, type Tombstone } from './tombstone.js';
import type { Finding } from './verdict.js';

export interface ChainStart extends WalkStart {
  /** Stands for what was taken away from before the chain. */
  readonly tombstone?: Tombstone;
}

/** Where a tenant's chain begins: before entry 1, or where the last tombstone says. Undefined when there are no entries. */
export async function findStart(
  source: EntrySource,
  tenant: string,
  keys: Pick<SigningKeys, 'publicKey'>,
): Promise<ChainStart | Finding | undefined> {
  const [lowest] = await source.links(tenant, -Infinity, 1);
  if (lowest === undefined) return undefined;
  const { seq } = lowest;
  if (seq < 1) return { seq, problem: 'unexpected', detail: `No chain has an entry ${seq}.` };
  if (seq === 1) return { seq: 0, link: GENESIS };
  const act = await source.findLastTombstone(tenant);
  if (act === undefined) return missing(1, seq);
  const tombstone = openTombstone(act.body, tenant, keys);
  if (tombstone === undefined)
    return { seq: act.seq, problem: 'tombstone_invalid', detail: 'The tombstone is not signed by our key.' };
  const before = seq - 1;
  if (before > tombstone.last) return missing(tombstone.last + 1, seq);
  // In the middle of being taken away: the links up to the tombstone's tell whether the rest is what it was.
  return { seq: before, link: before === tombstone.last ? tombstone.link : undefined, tombstone };
}

const missing = (from: number, seq: number): Finding => ({
  seq: from,
  ...(from < seq - 1 && { through: seq - 1 }),
  problem: 'missing',
  detail: `The first entry is entry ${seq}, and no tombstone says what became of those before it.`,
});
