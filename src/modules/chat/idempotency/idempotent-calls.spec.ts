import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import { ANONYMOUS } from '../../../contracts/principal.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { Generation, GenerationRegistry, LogDirectory, replicasUnknown } from '../../generation/index.js';
import { NoReplicas } from '../../generation/replicas/replicas.js';
import { BEGIN } from '../../generation/testing/begin-record.js';
import type { AdmittedCall } from '../call.js';
import { IdempotencyClaims } from './idempotency-claims.js';
import { IdempotentCalls } from './idempotent-calls.js';

const CONFIG = {
  redis: { kind: 'memory' },
  streams: { logMaxBytes: 1024, resumeTtlMs: 60_000 },
} as AppConfig;
const CALL = {
  caller: { principal: ANONYMOUS, route: '/v1/chat/completions' },
  terms: {},
  body: { kind: 'chat', dto: { messages: [] } },
  deadlineMs: 60_000,
} as unknown as AdmittedCall;
const HEAD = { created: 1, model: 'phi3', agent: undefined, choices: 1 };

/** Others there may be, and nobody can ask them. */
class UnheardReplicas extends NoReplicas {
  asked = 0;

  override follow(): Promise<never> {
    this.asked++;
    return Promise.reject(replicasUnknown(new Error('away')));
  }
}

let replicas: UnheardReplicas;
let registry: GenerationRegistry;
let events: EventBus;
let calls: IdempotentCalls;

beforeEach(() => {
  replicas = new UnheardReplicas();
  registry = new GenerationRegistry(CONFIG);
  events = new EventBus();
  const claims = new IdempotencyClaims(new RedisConnection(CONFIG), events);
  claims.onModuleInit();
  calls = new IdempotentCalls(CONFIG, claims, new LogDirectory(registry, replicas));
});

/** Everything that waits for nothing else is done then. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const begin = async (key: string): Promise<string> => {
  const { begins } = await calls.resolve(key, CALL);
  if (begins === undefined) throw new Error('The key is held.');
  return begins;
};
const run = (id: string): Generation => {
  const generation = new Generation({ ...HEAD, id }, ANONYMOUS, BEGIN, () => undefined);
  registry.add(generation);
  events.emit('generation-began', { ...BEGIN, id });
  return generation;
};

describe(IdempotentCalls.name, () => {
  it('waits for a generation that is about to begin here, whether or not others can be asked', async () => {
    const id = await begin('key');
    const again = calls.resolve('key', CALL);
    await turn();
    const generation = run(id);

    expect(await again).toEqual({ source: generation });
    expect(replicas.asked).toBe(0);
  });

  it('gives the key to who waits when what was to begin here may not', async () => {
    const id = await begin('key');
    const again = calls.resolve('key', CALL);
    await turn();
    calls.giveBack(id);

    const { begins } = await again;
    expect(begins).toMatch(/^chatcmpl-/);
    expect(begins).not.toBe(id);
    expect(replicas.asked).toBe(0);
  });
});
