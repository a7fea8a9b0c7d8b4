import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import { fromWireBytes } from '../../contracts/wire-text.js';
import { isGone, LogDirectory, type FollowedLog } from '../generation/index.js';
import { ResponseArchive } from './archive/response-archive.js';
import type { InputItem } from './input/input-item.js';
import type { ItemLookup } from './input/read-input.js';
import { KeptResponses, type KeptResponse } from './kept-responses.js';
import { itemsOf } from './output/whole-response.js';
import { RESPONSE_ID } from './response-id.js';
import { SharedResponses } from './shared-responses.js';
import type { BegunResponse, StoredResponse } from './stored-response.js';

const ITEM_ID = /^(?:msg|fc|ctc|tsc|rs)_([0-9a-f]{32})_\d+$/;

/**
 * Responses by their id, whichever replica made them. What belongs to somebody else, was deleted or is kept no longer
 * is not found. Each method rejects with `dependency_unavailable` where other replicas or the database would have to be
 * asked and cannot be.
 */
@Injectable()
export class StoredResponses {
  constructor(
    @Inject(KeptResponses) private readonly kept: KeptResponses,
    @Inject(SharedResponses) private readonly shared: SharedResponses,
    @Inject(LogDirectory) private readonly logs: LogDirectory,
    @Inject(ResponseArchive) private readonly archive: ResponseArchive,
  ) {}

  /** Keeps what was asked, to be found on every replica. Resolves when it is; in the background, also by who comes after this process. */
  async add({ head, owner, profile, ...response }: BegunResponse, ended: boolean): Promise<void> {
    const { id } = head;
    this.kept.add(id, response, ended);
    if (ended) this.archive.keep(id);
    const outlives = response.background && !ended;
    await Promise.all([
      this.shared.share(id),
      outlives && this.archive.begin({ head, owner, profile, ...response }),
    ]);
  }

  /** No replica finds it any more. Rejects while that cannot be said to all; it is to be asked again then. */
  async delete(id: string, caller: Principal): Promise<void> {
    await this.archive.delete(id, caller);
    await this.shared.delete(caller.tenant, id);
  }

  async find(id: string, caller: Principal): Promise<StoredResponse | undefined> {
    return (await this.findHere(id, caller)) ?? (await this.findElsewhere(id, caller));
  }

  /** Throws `response_not_found`. */
  async get(id: string, caller: Principal): Promise<StoredResponse> {
    const found = await this.find(id, caller);
    if (found !== undefined) return found;
    throw new GatewayError('response_not_found', `No response '${id.slice(0, 100)}'.`, { param: 'id' });
  }

  /** All that was said when a response had finished. Throws `previous_response_not_found`. */
  async conversationOf(id: string, caller: Principal): Promise<readonly InputItem[]> {
    const found = await this.find(id, caller);
    const outcome = found?.source.releasedOutcome;
    if (outcome?.status === 'finished') return [...found!.items, ...outputOf(found!, outcome)];
    const why = found === undefined ? 'is not kept' : 'has not finished';
    throw new GatewayError('previous_response_not_found', `The response '${id.slice(0, 100)}' ${why}.`, {
      param: 'previous_response_id',
    });
  }

  /** Looks up items that responses gave: their ids say which. Each response is looked up once. */
  itemLookup(caller: Principal): ItemLookup {
    const given = new Map<string, readonly InputItem[]>();
    return async (id) => {
      const [, key] = ITEM_ID.exec(id) ?? [];
      if (key === undefined) return undefined;
      const items = given.get(key) ?? (await this.outputOf(`resp_${key}`, caller));
      given.set(key, items);
      return items.find((item) => item.id === id);
    };
  }

  private async outputOf(id: string, caller: Principal): Promise<readonly InputItem[]> {
    const found =
      (await this.findHere(id, caller)) ?? (await this.findElsewhere(id, caller, { withItems: false }));
    const outcome = found?.source.releasedOutcome;
    return outcome === undefined ? [] : outputOf(found!, outcome);
  }

  private async findHere(id: string, caller: Principal): Promise<StoredResponse | undefined> {
    const own = this.kept.find(id);
    if (own === undefined || (await this.shared.wasDeleted(caller.tenant, id))) return undefined;
    const source = this.logs.findHere(id, caller)?.source;
    return source && { ...own, source };
  }

  /** What has ended lies in the archive; other replicas know of the rest. */
  private async findElsewhere(
    id: string,
    caller: Principal,
    parts?: { readonly withItems: boolean },
  ): Promise<StoredResponse | undefined> {
    if (!RESPONSE_ID.test(id)) return undefined;
    const archived = await this.archive.find(id, caller, parts).catch(toAbsence);
    if (archived === 'deleted') return undefined;
    if (archived instanceof GatewayError)
      return (await this.findShared(id, caller)) ?? Promise.reject(archived);
    if (archived?.isBegun === false) return archived;
    const shared = await this.findShared(id, caller, archived);
    if (shared !== undefined || archived === undefined) return shared;
    // Nobody runs it: its process was killed, or has stored its end meanwhile.
    const last = await this.archive.find(id, caller, parts);
    return last === 'deleted' ? undefined : last;
  }

  /** Who shows its log shows again what else Redis has forgotten of it. */
  private async findShared(
    id: string,
    caller: Principal,
    begun?: KeptResponse,
  ): Promise<StoredResponse | undefined> {
    const known = begun ?? (await this.shared.find(caller.tenant, id));
    const source = await this.findLog(id, caller);
    const kept = known ?? (source && (await this.shared.find(caller.tenant, id)));
    return kept && source && { ...kept, source };
  }

  private async findLog(id: string, caller: Principal): Promise<FollowedLog | undefined> {
    try {
      return (await this.logs.find(id, caller)).source;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }
}

/** While the archive is away, others may know all the same. */
function toAbsence(error: unknown): GatewayError {
  if (error instanceof GatewayError && error.code === 'dependency_unavailable') return error;
  throw error;
}

const outputOf = ({ source, echo }: StoredResponse, outcome: Outcome): InputItem[] =>
  itemsOf(source, outcome, echo).map((item) => JSON.parse(fromWireBytes(item.toJson())) as InputItem);
