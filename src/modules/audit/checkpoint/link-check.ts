import { linkOf } from '../chain/chain-link.js';
import type { SigningKeys } from './signing-keys.js';
import { findStart } from '../verify/chain-start.js';
import type { ChainHead, EntrySource } from '../verify/entry-source.js';
import { lookWhileSettled } from '../verify/look-while-settled.js';

const ROWS = 2_000;

interface Stretch {
  readonly head: ChainHead;
  readonly last: ChainHead | undefined;
}

/**
 * Follows the links from the last checkpoint to the head, without their bodies. Gives what is wrong, if anything is; then
 * the head must not be signed (C2SP tlog-checkpoint: never a checkpoint that contradicts an earlier one).
 */
export const findBrokenLink = (
  source: EntrySource,
  tenant: string,
  keys: Pick<SigningKeys, 'publicKey'>,
  stretch: Stretch,
): Promise<string | undefined> =>
  lookWhileSettled(source, tenant, {
    look: () => follow(source, tenant, keys, stretch),
    isFault: (problem) => problem !== undefined,
  });

async function follow(
  source: EntrySource,
  tenant: string,
  keys: Pick<SigningKeys, 'publicKey'>,
  { head, last }: Stretch,
): Promise<string | undefined> {
  if (last !== undefined && head.seq < last.seq)
    return `it ends with entry ${head.seq}, before the last checkpoint, ${last.seq}`;
  let { seq, link } = last ?? { seq: 0, link: undefined };
  const [stored] = seq === 0 ? [] : await source.links(tenant, seq - 1, 1);
  if (stored?.seq === seq) {
    if (!stored.link.equals(link!)) return `entry ${seq} has another link than its checkpoint`;
  } else {
    const start = await findStart(source, tenant, keys);
    if (start === undefined) return 'its entries are gone';
    if ('problem' in start) return start.detail;
    if (start.seq < seq) return `entry ${seq} is gone`;
    ({ seq, link } = start);
  }
  while (seq < head.seq) {
    const rows = await source.links(tenant, seq, ROWS);
    for (const row of rows) {
      if (seq === head.seq) break;
      if (row.seq !== seq + 1) return `after entry ${seq} comes entry ${row.seq}`;
      if (link !== undefined && !linkOf(link, row.leaf).equals(row.link))
        return `entry ${row.seq} is not linked to what stands before it`;
      ({ seq, link } = row);
    }
    if (rows.length === 0) return `it ends with entry ${seq}, before its head, ${head.seq}`;
  }
  return link?.equals(head.link) ? undefined : `its head has another link than entry ${head.seq}`;
}
