import { beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../../test/support/gate.js';
import type { Allowances, Spent } from '../../contracts/allowance.js';
import { EventBus } from '../../contracts/business-events.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import type { RedisConnection } from '../../infrastructure/redis/index.js';
import { MemoryStorage } from '../../../test/support/memory-storage.js';
import type { ModelRouter } from '../models/index.js';
import type { EmbeddingCall } from './embedding-call.js';
import { EmbeddingsService } from './embeddings.service.js';
import { Vector } from './vector.js';
import { VectorCache } from './vector-cache.js';
import type { VectorMaker } from './vector-maker.js';

const TOKENS = 3;
const call = (...inputs: string[]): EmbeddingCall => ({
  model: 'nomic-embed-text',
  inputs,
  dimensions: undefined,
  truncate: undefined,
  keepAlive: undefined,
  cache: 'use',
  options: undefined,
  caller: { owner: ANONYMOUS, userId: 'ada', route: '/', endpoint: 'POST /', requestId: 'r' },
});

describe(EmbeddingsService.name, () => {
  /** Texts a backend was asked for. */
  let made: string[];
  let settled: (Spent | undefined)[];
  /** The next of its kind waits here. */
  let read: Gate<void> | undefined;
  let reservation: Gate<void> | undefined;
  let storage: MemoryStorage;
  let service: EmbeddingsService;

  const hold = async (gate: Gate<void> | undefined) => {
    gate?.arrive();
    await gate?.opened;
  };
  /** Has nothing of what it is asked for, as of the time when it was asked. */
  const client = {
    mgetBuffer: async (keys: string[]) => {
      const held = read;
      read = undefined;
      await hold(held);
      return keys.map(() => null);
    },
    pipeline: () => ({ set: () => undefined, exec: () => Promise.resolve([]) }),
  };
  const redis = { ready: true, run: (use: (of: typeof client) => unknown) => use(client) };
  const allowances: Allowances = {
    reserve: async () => {
      const held = reservation;
      reservation = undefined;
      await hold(held);
      return { completionTokens: undefined, headers: {}, settle: (spent) => void settled.push(spent) };
    },
  };
  const models = {
    planEmbedding: () => ({ targets: [{ gate: { backend: { name: 'ollama' } }, model: 'nomic' }] }),
  };
  const maker = {
    make: (_: unknown, { inputs }: { inputs: string[] }, { onCall }: { onCall: () => void }) => {
      made.push(...inputs);
      onCall();
      return Promise.resolve(inputs.map(() => Vector.of(Float32Array.of(1), TOKENS)));
    },
  };
  const embed = (...inputs: string[]) => service.embed(call(...inputs), () => new AbortController().signal);

  beforeEach(() => {
    made = [];
    settled = [];
    storage = new MemoryStorage();
    service = new EmbeddingsService(
      models as unknown as ModelRouter,
      new VectorCache(redis as unknown as RedisConnection, new EventBus()),
      maker as unknown as VectorMaker,
      storage,
      allowances,
    );
  });

  it('makes nothing that was made while Redis was read', async () => {
    const gate = (read = new Gate<void>());
    const late = embed('a', 'b');
    await gate.reached;
    expect(await embed('a')).toMatchObject({ cached: 0, tokens: TOKENS });
    gate.open();
    expect(await late).toMatchObject({ cached: 1, tokens: 2 * TOKENS });
    expect(made).toEqual(['a', 'b']);
    expect(settled).toMatchObject([{ promptTokens: TOKENS }, { promptTokens: TOKENS }]);
  });

  it('makes nothing that was made while its allowance was reserved', async () => {
    const gate = (reservation = new Gate<void>());
    const late = embed('a', 'a');
    await gate.reached;
    await embed('a');
    gate.open();
    expect(await late).toMatchObject({ cached: 2, tokens: 2 * TOKENS });
    expect(made).toEqual(['a']);
    // No model has worked for it.
    expect(settled).toEqual([expect.objectContaining({ promptTokens: TOKENS }), undefined]);
    expect(storage.outcomes).toMatchObject([
      { cachedPieces: 0, attempts: 1 },
      { cachedPieces: 2, attempts: 0 },
    ]);
  });
});
