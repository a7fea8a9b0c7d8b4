import { QueryFailedError } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import type { OutcomeRecord } from '../../../contracts/journal.js';
import type { Principal } from '../../../contracts/principal.js';
import type { GatewayDataSource } from '../../../infrastructure/database/index.js';
import { Generation, GenerationRegistry } from '../../generation/index.js';
import { BEGIN } from '../../generation/testing/begin-record.js';
import { KeptResponses } from '../kept-responses.js';
import type { ArchivedResponse } from './archived-response.js';
import type { ArchiveRows } from './archive-rows.js';
import { ArchiveWriter } from './archive-writer.js';
import { BegunResponses } from './begun-responses.js';
import { ResponseArchive } from './response-archive.js';

const OWNER: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [] };
const CONFIG = {
  streams: { logMaxBytes: 100_000_000, resumeTtlMs: 300_000 },
  storedResponses: { ttlMs: 86_400_000 },
} as AppConfig;

/** A database that takes rows, or answers with an error instead. */
class Rows {
  readonly batches: string[][] = [];
  readonly begun = new Set<string>();
  error: Error | undefined;

  begin({ id }: { readonly id: string }): Promise<void> {
    this.begun.add(id);
    return Promise.resolve();
  }

  forgetBegun(_tenant: string, id: string): Promise<void> {
    this.begun.delete(id);
    return Promise.resolve();
  }

  add(responses: readonly ArchivedResponse[]): Promise<void> {
    if (this.error !== undefined) return Promise.reject(this.error);
    this.batches.push(responses.map(({ id }) => id));
    return Promise.resolve();
  }
}

describe(ArchiveWriter.name, () => {
  let rows: Rows;
  let kept: KeptResponses;
  let registry: GenerationRegistry;
  let events: EventBus;
  let writer: ArchiveWriter;
  let begun: BegunResponses;
  let close: () => Promise<void>;

  beforeEach(() => {
    vi.useFakeTimers();
    rows = new Rows();
    begun = new BegunResponses(rows as unknown as ArchiveRows);
    kept = new KeptResponses(100_000_000, 300_000);
    registry = new GenerationRegistry(CONFIG);
    events = new EventBus((error) => {
      throw error;
    });
    const dataSource = { beforeClose: (hook: () => Promise<void>) => (close = hook) };
    writer = new ArchiveWriter(
      CONFIG,
      kept,
      registry,
      events,
      new ResponseArchive(CONFIG),
      rows as unknown as ArchiveRows,
      begun,
      dataSource as unknown as GatewayDataSource,
    );
    writer.onModuleInit();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function end(id: string, { isKept = true, instructions = '' } = {}): void {
    const head = { id, created: 1, model: 'phi3', agent: undefined, choices: 1 };
    const generation = new Generation(head, OWNER, BEGIN, (ended, outcome) => {
      registry.retire(ended, outcome);
      events.emit('generation-settled', { begin: { ...BEGIN, id }, outcome } as OutcomeRecord);
    });
    registry.add(generation);
    const response = { tenant: 'acme', user: 'ada', echo: { instructions }, items: [], background: false };
    if (isKept) kept.add(id, response, false);
    generation.append('Hi.');
    generation.answerFinished(0, 'stop', { completionTokens: 1 });
  }

  it('brings those that ended at about the same time together, and no others', async () => {
    end('resp_1');
    end('chatcmpl_1', { isKept: false });
    end('resp_2');
    await vi.advanceTimersByTimeAsync(100);
    expect(rows.batches).toEqual([['resp_1', 'resp_2']]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rows.batches).toHaveLength(1);
  });

  it('brings no more at a time than a statement should, and nothing that is larger alone', async () => {
    const instructions = 'x'.repeat(3_000_000);
    for (const id of ['resp_1', 'resp_2', 'resp_3']) end(id, { instructions });
    end('resp_4', { instructions: 'x'.repeat(9_000_000) });
    for (let n = 5; n < 40; n += 1) end(`resp_${n}`);
    await vi.advanceTimersByTimeAsync(100);
    expect(rows.batches.map(({ length }) => length)).toEqual([2, 32, 4]);
    expect(rows.batches.flat()).not.toContain('resp_4');
  });

  it('tries again while the database is away, and stores what memory still has then', async () => {
    rows.error = new Error('connect ECONNREFUSED');
    end('resp_1');
    end('resp_2');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(rows.batches).toEqual([]);
    kept.delete('resp_1');
    rows.error = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(rows.batches).toEqual([['resp_2']]);
  });

  it('does not try again what the database refuses', async () => {
    rows.error = new QueryFailedError(
      'INSERT …',
      [],
      Object.assign(new Error('too long'), { code: '22001' }),
    );
    end('resp_1');
    await vi.advanceTimersByTimeAsync(100);
    rows.error = undefined;
    end('resp_2');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rows.batches).toEqual([['resp_2']]);
  });

  it('says no longer that a response runs whose end it cannot store', async () => {
    const profile = 'generic';
    const kept = { tenant: 'acme', user: 'ada', echo: {}, items: [], background: true };
    for (const id of ['resp_1', 'resp_2', 'resp_3', 'resp_4']) {
      const head = { id, created: 1, model: 'phi3', agent: undefined, choices: 1 };
      await begun.add({ ...kept, head, owner: OWNER, profile }, new Date());
    }
    end('resp_1');
    end('resp_2', { isKept: false });
    end('resp_3', { instructions: 'x'.repeat(9_000_000) });
    await vi.advanceTimersByTimeAsync(100);
    expect([...rows.begun]).toEqual(['resp_1', 'resp_4']);
    rows.error = new QueryFailedError(
      'INSERT …',
      [],
      Object.assign(new Error('too long'), { code: '22001' }),
    );
    end('resp_4');
    await vi.advanceTimersByTimeAsync(100);
    expect([...rows.begun]).toEqual(['resp_1']);
  });

  it('brings what is left before the database closes', async () => {
    end('resp_1');
    await close();
    expect(rows.batches).toEqual([['resp_1']]);
  });
});
