import type { WireText } from '../../../contracts/wire-text.js';
import { isValueFault } from '../../../infrastructure/database/index.js';
import type { Draft } from '../chain/chain-entry.js';
import { sealBody } from '../chain/entry-cipher.js';
import type { TenantChain } from '../chain/tenant-chain.js';
import { type Projection, toProjection } from '../record/projection.js';
import { mayBeUnstorable } from '../record/storable-text.js';

/** How a record becomes readable, where nothing in it has to be replaced. */
export type ProjectRecord = (text: WireText) => Projection;

/** How drafts get into a chain. */
export interface Appending {
  /** Whether the database gets much more time than a request would give it. */
  readonly isPatient: boolean;
  /** Hears of what the database refuses. */
  readonly tell: (draft: Draft, error: unknown) => void;
}

/** A generation's record on its way into the chain: whatever it is, it goes there. */
export function toDraft(subject: string, text: WireText, project: ProjectRecord = toProjection): Draft {
  const sealed = { kind: 'generation', subject, ...sealBody(text) } as const;
  try {
    return { ...sealed, projection: (mayBeUnstorable(text) ? toProjection : project)(text) };
  } catch {
    return sealed;
  }
}

/**
 * Commits drafts in their order. One whose readable form the database refuses goes without it, and `tell` hears why: its
 * record is in the chain all the same. Resolves with how many were not there before.
 */
export async function appendRecords(
  chain: TenantChain,
  drafts: readonly Draft[],
  appending: Appending,
): Promise<number> {
  const { isPatient, tell } = appending;
  try {
    return (await chain.append(drafts, isPatient)).count;
  } catch (error) {
    if (!isValueFault(error)) throw error;
    const [first] = drafts;
    if (first === undefined) throw error;
    if (drafts.length > 1) {
      const middle = drafts.length >> 1;
      const before = await appendRecords(chain, drafts.slice(0, middle), appending);
      return before + (await appendRecords(chain, drafts.slice(middle), appending));
    }
    if (first.projection === undefined) throw error;
    tell(first, error);
    return (await chain.append([{ ...first, projection: undefined }], isPatient)).count;
  }
}
