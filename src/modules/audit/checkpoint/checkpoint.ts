import { DIGEST_BYTES } from '../chain/chain-link.js';
import { isSignedBy, parseNote, signNote, verifierKeyOf } from './signed-note.js';
import type { SigningKeys } from './signing-keys.js';

/** That a tenant's chain had so many entries, the last of which had this link. */
export interface Checkpoint {
  readonly tenant: string;
  readonly seq: number;
  readonly link: Buffer;
}

const SIZE = /^(?:0|[1-9]\d{0,15})$/;

/**
 * The name of a tenant's chain, which is also the name of the key (C2SP tlog-checkpoint, Signatures). Spaces, plus signs
 * and the like are percent-encoded, since a key's name cannot hold them.
 */
export const originOf = (tenant: string): string =>
  `citadel-audit/${encodeURIComponent(tenant.toWellFormed())}`;

/** A checkpoint as a note of C2SP tlog-checkpoint: origin, size, link. Ends with a newline. */
export const signCheckpoint = ({ tenant, seq, link }: Checkpoint, keys: SigningKeys): string =>
  signNote(`${originOf(tenant)}\n${seq}\n${link.toString('base64')}\n`, originOf(tenant), keys);

/** What a note says of this tenant's chain; undefined unless it is a checkpoint of it and signed by our key. */
export function openCheckpoint(
  note: string,
  tenant: string,
  { publicKey }: Pick<SigningKeys, 'publicKey'>,
): Checkpoint | undefined {
  const origin = originOf(tenant);
  const parsed = parseNote(note);
  if (parsed === undefined || !isSignedBy(parsed, origin, publicKey)) return undefined;
  const [name, size = '', base64 = '', ...rest] = parsed.text.split('\n');
  const link = Buffer.from(base64, 'base64');
  const isWhole = name === origin && SIZE.test(size) && link.length === DIGEST_BYTES;
  return isWhole && rest.join('') === '' ? { tenant, seq: Number(size), link } : undefined;
}

/** The size that a note claims, believed or not. */
export function claimedSizeOf(note: string): number {
  const size = note.split('\n', 2)[1] ?? '';
  return SIZE.test(size) ? Number(size) : 0;
}

/** What somebody who keeps a tenant's checkpoints needs to check them. */
export const verifierKeyFor = (tenant: string, { publicKey }: Pick<SigningKeys, 'publicKey'>): string =>
  verifierKeyOf(originOf(tenant), publicKey);
