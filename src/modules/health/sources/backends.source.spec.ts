import { describe, expect, it } from 'vitest';
import { loadConfig, type ProcessEnv } from '../../../config/index.js';
import type { BackendHealth } from '../../../contracts/model-backend.js';
import { type BackendDirectory, type BackendProbe, RoutingTable } from '../../models/index.js';
import { BackendsSource } from './backends.source.js';

function reportsWith(
  seen: Record<string, BackendHealth>,
  env: ProcessEnv = {},
  { standIn = false, failing = '' } = {},
) {
  const routing = new RoutingTable(loadConfig({ CITADEL_ENV: 'test', ...env }));
  const probe = {
    status: (name: string) => (seen[name] === undefined ? undefined : { health: seen[name], models: [] }),
    serving: (name: string) => (standIn && name === 'ollama' ? 'simulator' : name),
  } as unknown as BackendProbe;
  const directory = {
    find: (name: string) => ({ breaker: { state: name === failing ? 'open' : 'closed' } }),
  } as unknown as BackendDirectory;
  const { parts } = new BackendsSource(probe, routing, directory);
  return Object.fromEntries(parts.map(({ name, report }) => [name, report]));
}

const UP = { reachable: true, version: '0.33.3' };
const DOWN = { reachable: false, error: 'ECONNREFUSED' };
const OPENAI = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };

describe(BackendsSource.name, () => {
  it('reports Ollama by its own name and all others in their group', () => {
    expect(reportsWith({ ollama: UP, simulator: { reachable: true } })).toEqual({
      ollama: { status: 'healthy', version: '0.33.3' },
      'backends/simulator': { status: 'healthy' },
    });
  });

  it('says why a server is unhealthy', () => {
    expect(reportsWith({ ollama: DOWN }).ollama).toEqual({ status: 'unhealthy', error: 'ECONNREFUSED' });
    expect(reportsWith({}).ollama).toMatchObject({ status: 'unhealthy' });
  });

  it('does not trust a probe where real calls keep failing', () => {
    expect(reportsWith({ ollama: UP }, {}, { failing: 'ollama' }).ollama).toMatchObject({
      status: 'unhealthy',
    });
  });

  it('says that the simulator stands in', () => {
    expect(reportsWith({ ollama: DOWN }, {}, { standIn: true }).ollama).toEqual({ status: 'simulated' });
  });

  it('takes an Ollama that nobody asked for and that is not there for not configured', () => {
    expect(reportsWith({ ollama: DOWN, openai: UP }, OPENAI).ollama).toEqual({ status: 'disabled' });
    expect(reportsWith({ ollama: UP, openai: UP }, OPENAI).ollama).toMatchObject({ status: 'healthy' });
  });
});
