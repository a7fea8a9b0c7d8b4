import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppConfig } from '../../config/index.js';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { EventBus } from '../../contracts/business-events.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import { RedisChannels, RedisConnection } from '../../infrastructure/redis/index.js';
import { Generation, GenerationRegistry, INTERRUPTED, LogCopy, LogDirectory } from '../generation/index.js';
import { NoReplicas } from '../generation/replicas/replicas.js';
import { BEGIN } from '../generation/testing/begin-record.js';
import type { ArchiveRows } from './archive/archive-rows.js';
import { type ArchivedContent, toArchived } from './archive/archived-response.js';
import { BegunResponses } from './archive/begun-responses.js';
import { ResponseArchive } from './archive/response-archive.js';
import { KeptResponses } from './kept-responses.js';
import { SharedResponses } from './shared-responses.js';
import { StoredResponses } from './stored-responses.js';

const OWNER: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [] };
const FOREIGN: readonly (readonly [string, Principal])[] = [
  ['another user', { ...OWNER, id: 'bob' }],
  ['a user of the same name in another tenant', { ...OWNER, tenant: 'globex' }],
  ['an administrator of another tenant', { ...OWNER, id: 'root', tenant: 'globex', role: 'admin' }],
];
const KEY = '0'.repeat(32);
const ID = `resp_${KEY}`;

describe(StoredResponses.name, () => {
  let registry: GenerationRegistry;
  let kept: KeptResponses;
  let stored: StoredResponses;
  let archive: ResponseArchive;
  let replicas: NoReplicas;

  beforeEach(() => {
    const config = {
      redis: { kind: 'memory' },
      streams: { logMaxBytes: 100_000, resumeTtlMs: 300_000 },
      storedResponses: { ttlMs: 1_000 },
    } as AppConfig;
    registry = new GenerationRegistry(config);
    replicas = new NoReplicas();
    kept = new KeptResponses(100_000, 300_000);
    const redis = new RedisConnection(config);
    const shared = new SharedResponses(
      config,
      redis,
      new RedisChannels(redis),
      kept,
      new EventBus(),
      new NoReplicas(),
    );
    archive = new ResponseArchive(config);
    stored = new StoredResponses(kept, shared, new LogDirectory(registry, replicas), archive);
  });

  const use = (rows: ArchiveRows): void =>
    archive.use({ rows, begun: new BegunResponses(rows), keep: () => undefined });

  function begin(): Generation {
    const head = { id: ID, created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const generation: Generation = new Generation(head, OWNER, BEGIN, (ended, outcome) => {
      registry.retire(ended, outcome);
      ended.release();
    });
    registry.add(generation);
    const item = {
      id: 'msg_1',
      status: 'completed',
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: 'Hello' }],
    } as const;
    kept.add(ID, { tenant: OWNER.tenant, user: OWNER.id, echo: {}, items: [item], background: false }, false);
    return generation;
  }

  function finish(generation: Generation): void {
    generation.append('Hi.');
    generation.answerFinished(0, 'stop', { completionTokens: 1 });
  }

  it.each(FOREIGN)('finds nothing for %s, running or ended', async (_who, caller) => {
    const generation = begin();
    for (const step of [() => undefined, () => finish(generation)]) {
      step();
      expect(await stored.find(ID, caller)).toBeUndefined();
      await expect(stored.get(ID, caller)).rejects.toMatchObject({ code: 'response_not_found' });
      await expect(stored.conversationOf(ID, caller)).rejects.toMatchObject({
        code: 'previous_response_not_found',
        param: 'previous_response_id',
      });
      expect(await stored.itemLookup(caller)(`msg_${KEY}_0`)).toBeUndefined();
    }
  });

  it.each([
    ['its owner', OWNER],
    ['an administrator of its tenant', { ...OWNER, id: 'root', role: 'admin' as const }],
  ])('finds it for %s', async (_who, caller) => {
    const generation = begin();
    expect(await stored.get(ID, caller)).toMatchObject({ source: generation, background: false });
    finish(generation);
    expect((await stored.get(ID, caller)).source.releasedOutcome).toMatchObject({ status: 'finished' });
    const conversation = await stored.conversationOf(ID, caller);
    expect(conversation.map((item) => item.id)).toEqual(['msg_1', `msg_${KEY}_0`]);
    const lookUp = stored.itemLookup(caller);
    expect(await lookUp(`msg_${KEY}_0`)).toMatchObject({ content: [{ text: 'Hi.' }] });
    expect(await lookUp(`msg_${KEY}_1`)).toBeUndefined();
  });

  it('has no conversation of what runs or did not finish', async () => {
    const generation = begin();
    await expect(stored.conversationOf(ID, OWNER)).rejects.toThrow('has not finished');
    generation.cancel('cancelled');
    await expect(stored.conversationOf(ID, OWNER)).rejects.toThrow('has not finished');
  });

  it('says that the database is away, unless it is known without', async () => {
    const away = new GatewayError('dependency_unavailable', 'The database does not answer just now.');
    const rows = { find: () => Promise.reject(away) } as unknown as ArchiveRows;
    use(rows);
    await expect(stored.find(ID, OWNER)).rejects.toBe(away);
    await expect(stored.itemLookup(OWNER)(`msg_${KEY}_0`)).rejects.toBe(away);
    expect(await stored.find('resp_1', OWNER)).toBeUndefined();
    finish(begin());
    expect(await stored.find(ID, OWNER)).toMatchObject({ tenant: 'acme' });
  });

  describe('where the archive knows no more than that it began', () => {
    const head = { id: ID, created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const archived = (outcome: Outcome) =>
      toArchived(
        { tenant: OWNER.tenant, user: OWNER.id, echo: {}, items: [], background: true },
        {
          ...{ head, owner: OWNER, profile: 'generic', outcome, usage: {}, durationMs: 0 },
          ...{ backend: undefined, count: 0, log: '' },
        },
      );
    const begun = { ...archived({ status: 'failed', failure: INTERRUPTED }), log: null };
    const knows = (...answers: (ArchivedContent | 'deleted')[]): void => {
      const find = () => Promise.resolve(answers.length > 1 ? answers.shift() : answers[0]);
      use({ find } as unknown as ArchiveRows);
    };
    const outcome = async () => (await stored.find(ID, OWNER))?.source.releasedOutcome;

    it('runs where another replica runs it', async () => {
      knows(begun);
      const source = new LogCopy(head, 'ollama');
      vi.spyOn(replicas, 'follow').mockResolvedValue({ source, profile: 'generic' } as never);
      expect(await stored.find(ID, OWNER)).toMatchObject({ source, background: true });
      expect(await outcome()).toBeUndefined();
    });

    it('was interrupted where nobody runs it', async () => {
      knows(begun);
      expect(await outcome()).toMatchObject({ status: 'failed', failure: { code: 'interrupted' } });
      expect(await stored.find(ID, { ...OWNER, id: 'bob' })).toBeUndefined();
    });

    it('has ended, or was deleted, where that was stored meanwhile', async () => {
      knows(begun, archived({ status: 'finished', finishReasons: ['stop'] }));
      expect(await outcome()).toMatchObject({ status: 'finished' });
      knows(begun, 'deleted');
      expect(await stored.find(ID, OWNER)).toBeUndefined();
    });

    it('is not known while others cannot be asked', async () => {
      knows(begun);
      const away = new GatewayError('dependency_unavailable', 'No answer.');
      vi.spyOn(replicas, 'follow').mockRejectedValue(away);
      await expect(stored.find(ID, OWNER)).rejects.toBe(away);
    });
  });

  it('deletes nothing while the archive cannot be told', async () => {
    const away = new GatewayError('dependency_unavailable', 'The database does not answer just now.');
    const rows = { delete: () => Promise.reject(away) } as unknown as ArchiveRows;
    use(rows);
    finish(begin());
    await expect(stored.delete(ID, OWNER)).rejects.toBe(away);
    expect(await stored.find(ID, OWNER)).toMatchObject({ tenant: 'acme' });
  });

  it('finds nothing whose log is gone, or that was not kept', async () => {
    finish(begin());
    kept.delete(ID);
    expect(await stored.find(ID, OWNER)).toBeUndefined();
    kept.add(
      'resp_1',
      { tenant: OWNER.tenant, user: OWNER.id, echo: {}, items: [], background: false },
      true,
    );
    expect(await stored.find('resp_1', OWNER)).toBeUndefined();
  });
});
