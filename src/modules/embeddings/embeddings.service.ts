import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../common/new-id.js';
import { Allowances } from '../../contracts/allowance.js';
import { GenerationJournal } from '../../contracts/journal.js';
import { ModelRouter, type Plan } from '../models/index.js';
import type { EmbeddingCall } from './embedding-call.js';
import { EmbeddingRecord } from './embedding-record.js';
import { estimateTexts, Spending } from './spending.js';
import { SharedWork } from './shared-work.js';
import type { Vector } from './vector.js';
import { VectorCache } from './vector-cache.js';
import { toVectorKey } from './vector-key.js';
import { VectorMaker } from './vector-maker.js';

/** Texts in one upstream call: Ollama starts all of them at once, and one that fails fails them all. */
const BATCH = 64;
/** Upstream calls of one request that run at a time. */
const CALLS_AT_ONCE = 2;

export interface BegunEmbedding {
  readonly id: string;
  readonly backend: string;
}

export interface EmbeddingResult extends BegunEmbedding {
  /** One for each input, in the order of the inputs. */
  readonly vectors: readonly Vector[];
  readonly tokens: number;
  /** How many inputs the cache had. */
  readonly cached: number;
}

/** Vectors for texts: from the cache, from whoever makes the same one right now, or from a backend. */
@Injectable()
export class EmbeddingsService {
  private readonly running = new SharedWork<Vector>();

  constructor(
    @Inject(ModelRouter) private readonly models: ModelRouter,
    @Inject(VectorCache) private readonly cache: VectorCache,
    @Inject(VectorMaker) private readonly maker: VectorMaker,
    @Inject(GenerationJournal) private readonly journal: GenerationJournal,
    @Inject(Allowances) private readonly allowances: Allowances,
  ) {}

  /**
   * Rejects with a `GatewayError` before a model is asked, with a `FailureError` after, or with the reason of the signal,
   * which is asked for when a model has to be: from then on it is on record, whatever becomes of it. `onAnswered` is called when
   * all that was asked of the model is there, or will not be.
   */
  async embed(
    call: EmbeddingCall,
    toSignal: (begun: BegunEmbedding) => AbortSignal,
    onAnswered: () => void = () => undefined,
  ): Promise<EmbeddingResult> {
    const plan = this.models.planEmbedding(call.model);
    const id = newId('emb-');
    const record = new EmbeddingRecord(this.journal, id, call);
    const { gate, model } = plan.targets[0]!;
    const backend = gate.backend.name;
    const terms = { ...call, tenant: call.caller.owner.tenant, backend, model };
    const keys = call.inputs.map((text) => toVectorKey(terms, text));
    const isAsked = call.cache === 'use';
    const found = isAsked ? await this.cache.getAll(keys) : keys.map((): Vector | undefined => undefined);
    let cached = countFound(found);
    const spent = new Spending();
    if (cached < keys.length) {
      const missing = new Map<string, string>();
      for (const [at, key] of keys.entries()) if (found[at] === undefined) missing.set(key, call.inputs[at]!);
      const allowance = await this.allowances.reserve({
        owner: call.caller.owner,
        endpoint: call.caller.endpoint,
        targets: plan.targets.map((target) => ({ backend: target.gate.backend.name, model: target.model })),
        promptTokens: () => estimateTexts(missing.values()),
        completionTokens: 0,
      });
      let used: number | undefined;
      try {
        // Others may have made some meanwhile. From here on until these are claimed nobody makes anything.
        for (const [at, key] of keys.entries()) {
          if (isAsked) found[at] ??= this.cache.getRecent(key);
          if (found[at] !== undefined) missing.delete(key);
        }
        cached = countFound(found);
        if (missing.size > 0) {
          const signal = toSignal({ id, backend });
          record.begin();
          try {
            const made = await this.make(call, plan, missing, { signal, spent }).finally(onAnswered);
            for (const [at, key] of keys.entries()) found[at] ??= made.get(key);
            // Of what others asked for in the same call only what was asked for here.
            used = [...missing.keys()].reduce((sum, key) => sum + made.get(key)!.tokens, 0);
          } catch (error) {
            used = spent.tokens;
            await record.failed(error, {
              isClientGone: signal.aborted,
              attempts: spent.calls,
              backend,
              model,
            });
            throw error;
          }
        }
      } finally {
        allowance.settle(
          used === undefined ? undefined : { backend, model, promptTokens: used, completionTokens: 0 },
        );
      }
    }
    const vectors = found as Vector[];
    const tokens = vectors.reduce((sum, vector) => sum + vector.tokens, 0);
    await record.finished({ tokens, cached, backend, model, attempts: spent.calls });
    return { id, vectors, tokens, cached, backend };
  }

  private async make(
    { dimensions, truncate, keepAlive, options, cache }: EmbeddingCall,
    { targets }: Plan,
    texts: ReadonlyMap<string, string>,
    { signal, spent }: { signal: AbortSignal; spent: Spending },
  ): Promise<Map<string, Vector>> {
    const stop = new AbortController();
    const all = [...texts.keys()];
    const own = this.running.unclaimed(all);
    // So many lanes, each a call after the other.
    const lanes: Promise<unknown>[] = [];
    for (let at = 0; at * BATCH < own.length; at++) {
      const keys = own.slice(at * BATCH, (at + 1) * BATCH);
      const inputs = keys.map((key) => texts.get(key)!);
      const before = lanes[at % CALLS_AT_ONCE];
      this.running.claim(keys, (abort) => {
        const work = (async () => {
          await before?.catch(() => undefined);
          abort.throwIfAborted();
          const request = { inputs, dimensions, truncate, keepAlive, options };
          const making = { signal: abort, onCall: () => spent.calls++ };
          const vectors = await spent.count(inputs, abort, () => this.maker.make(targets, request, making));
          const made = new Map(keys.map((key, place) => [key, vectors[place]!]));
          if (cache !== 'bypass') this.cache.setAll(made);
          return made;
        })();
        lanes[at % CALLS_AT_ONCE] = work;
        return work;
      });
    }
    try {
      return await this.running.wait(all, AbortSignal.any([signal, stop.signal]));
    } catch (error) {
      // One that failed fails the request: the others need not be made for it.
      stop.abort(error);
      throw error;
    }
  }
}

const countFound = (found: readonly (Vector | undefined)[]): number =>
  found.reduce((count, vector) => (vector === undefined ? count : count + 1), 0);
