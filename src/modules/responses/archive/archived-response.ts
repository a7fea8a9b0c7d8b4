import type { Principal } from '../../../contracts/principal.js';
import { type FinishedGeneration, LogCopy, withoutDetail } from '../../generation/index.js';
import type { KeptResponse } from '../kept-responses.js';
import type { StoredResponse } from '../stored-response.js';

/** What lies in the database of a response that has ended. */
export interface ArchivedContent {
  readonly facts: Buffer;
  /** Left out where only the output is wanted. */
  readonly items?: Buffer;
  /** Null where its end was never stored. */
  readonly log: Buffer | null;
}

export interface ArchivedResponse extends Required<ArchivedContent> {
  readonly tenant: string;
  readonly id: string;
  readonly user: string;
  readonly log: Buffer;
}

/** What the archive knows of a response. */
export interface FoundResponse extends StoredResponse {
  readonly owner: Principal;
  /** It runs, or its process was killed: others may know more. */
  readonly isBegun: boolean;
}

type Facts = Omit<KeptResponse, 'items'> & Omit<FinishedGeneration, 'log'>;

/** Of who asked only what says whose it is. */
export function toArchived(
  { items, ...kept }: KeptResponse,
  { log, owner, outcome, ...finished }: FinishedGeneration,
): ArchivedResponse {
  const { id, tenant, role } = owner;
  const facts: Facts = {
    ...kept,
    ...finished,
    owner: { id, tenant, role, scopes: [] },
    outcome: withoutDetail(outcome),
  };
  return {
    tenant,
    id: finished.head.id,
    user: kept.user,
    facts: Buffer.from(JSON.stringify(facts)),
    items: Buffer.from(JSON.stringify(items)),
    log: Buffer.from(log, 'latin1'),
  };
}

export function fromArchived({ facts, items, log }: ArchivedContent): FoundResponse {
  const known = JSON.parse(facts.toString()) as Facts;
  return {
    ...known,
    items: items === undefined ? [] : (JSON.parse(items.toString()) as KeptResponse['items']),
    source: LogCopy.ofFinished({ ...known, log: log?.toString('latin1') ?? '' }),
    isBegun: log === null,
  };
}
