import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { loadConfig, type ProcessEnv } from '../../config/index.js';
import type { BackendDirectory } from './backend-directory.js';
import { BackendProbe } from './backend-probe.js';
import { RoutingTable } from './routing-table.js';

const OPENAI = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };

let warn: MockInstance;
beforeEach(() => {
  warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
});
afterEach(() => void vi.restoreAllMocks());

/** A probe of an Ollama that is there or not. */
function probeWith(env: ProcessEnv) {
  const server = { reachable: false };
  const backend = {
    name: 'ollama',
    probe: () => Promise.resolve({ ...server }),
    listModels: () => Promise.resolve([]),
  };
  const directory = { gates: [{ backend }] } as unknown as BackendDirectory;
  const routing = new RoutingTable(loadConfig({ CITADEL_ENV: 'test', ...env }));
  return { probe: new BackendProbe(directory, routing), server };
}

describe(BackendProbe.name, () => {
  it('tells of a server that does not answer', async () => {
    const { probe } = probeWith({});
    await probe.look();
    expect(probe.isUp('ollama')).toBe(false);
    expect(warn.mock.calls).toHaveLength(1);
  });

  it('says nothing of an Ollama that nobody asked for, until it was there', async () => {
    const { probe, server } = probeWith(OPENAI);
    await probe.look();
    expect([probe.isUp('ollama'), warn.mock.calls.length]).toEqual([undefined, 0]);
    server.reachable = true;
    await probe.look();
    expect(probe.isUp('ollama')).toBe(true);
    server.reachable = false;
    await probe.look();
    expect([probe.isUp('ollama'), warn.mock.calls.length]).toEqual([false, 1]);
  });
});
