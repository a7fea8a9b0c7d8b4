import { randomUUID } from 'node:crypto';
import { signCheckpoint } from '../checkpoint/checkpoint.js';
import { ChainVerifier, type VerifyRequest } from '../verify/chain-verifier.js';
import { toTombstoneBody } from '../verify/tombstone.js';
import type { Verdict } from '../verify/verdict.js';
import { makeSigningKeys } from './make-signing-keys.js';
import type { MemoryChain } from './memory-chain.js';

const keys = makeSigningKeys();

/** A checkpoint by the key that is believed here. */
export const noteOf = (chain: MemoryChain, seq: number): string =>
  signCheckpoint(
    { tenant: chain.tenant, seq, link: chain.entries.find((entry) => entry.seq === seq)!.link },
    keys,
  );

/** What is said of a chain in memory with these checkpoints. */
export function verifyChain(
  chain: MemoryChain,
  notes: readonly string[] = [],
  request: Partial<VerifyRequest> = {},
): Promise<Verdict> {
  const directory = { list: () => Promise.resolve([...notes]) };
  return new ChainVerifier(chain, chain, directory, keys).verify({ tenant: 'default', ...request });
}

/** Takes away the first entries as the retention does. */
export function bury(chain: MemoryChain, last: number): void {
  const { link } = chain.entries.find(({ seq }) => seq === last)!;
  const body = toTombstoneBody({ first: 1, last, link }, new Date(), noteOf(chain, last));
  chain.append('tombstone', `tombstone-${randomUUID()}`, body);
  chain.entries = chain.entries.filter(({ seq }) => seq > last);
  chain.forget(({ seq }) => seq <= last);
}
