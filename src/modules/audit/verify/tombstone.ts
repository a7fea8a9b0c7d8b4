import { openCheckpoint } from '../checkpoint/checkpoint.js';
import type { SigningKeys } from '../checkpoint/signing-keys.js';

/** Stands in the chain for entries that were taken away when they had become old. */
export interface Tombstone {
  readonly first: number;
  readonly last: number;
  /** Of the entry `last`: here the chain goes on. */
  readonly link: Buffer;
}

interface TombstoneBody {
  readonly first: number;
  readonly last: number;
  readonly link: string;
  readonly at: string;
  /** The checkpoint of the entry `last`. */
  readonly note: string;
}

export const toTombstoneBody = ({ first, last, link }: Tombstone, at: Date, note: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      first,
      last,
      link: link.toString('base64'),
      at: at.toISOString(),
      note,
    } satisfies TombstoneBody),
  );

/** What a tombstone says; undefined unless our key signed it. */
export function openTombstone(
  body: Buffer,
  tenant: string,
  keys: Pick<SigningKeys, 'publicKey'>,
): Tombstone | undefined {
  const said = parse(body);
  if (said === undefined) return undefined;
  const checkpoint = openCheckpoint(said.note, tenant, keys);
  if (checkpoint?.seq !== said.last || checkpoint.link.toString('base64') !== said.link) return undefined;
  return { first: said.first, last: said.last, link: checkpoint.link };
}

function parse(body: Buffer): TombstoneBody | undefined {
  try {
    const said = JSON.parse(body.toString()) as TombstoneBody | null;
    return typeof said?.note === 'string' ? said : undefined;
  } catch {
    return undefined;
  }
}
