import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/index.js';
import { type BackendProbe, RoutingTable } from '../models/index.js';
import { MetricLabels } from './metric-labels.js';

const config = loadConfig({ CITADEL_ENV: 'test', VALID_MODELS: 'phi3,mixtral', DEFAULT_MODEL: 'phi3' });
const [agent] = config.routing.agents;
const listed = { models: [{ id: 'llama3:latest' }, { id: 'nous:7b' }], health: { reachable: true } };
const probe = {
  status: (name: string) => (name === 'ollama' ? listed : undefined),
} as unknown as BackendProbe;
const labels = () => new MetricLabels(new RoutingTable(config), probe);

describe(MetricLabels.name, () => {
  it.each(['phi3', 'mixtral', 'llama3', 'llama3:latest', 'nous:7b'])(
    'knows the configured or listed model %s',
    (model) => {
      expect(labels().model(model)).toBe(model);
    },
  );

  it.each(['nous', 'sim/words?seed=7', 'whatever a caller says', '__proto__', '', undefined])(
    'does not repeat what a caller may have made up: %s',
    (model) => {
      expect(labels().model(model)).toBe('other');
    },
  );

  it('names agents by their configured key, and says none where there is none', () => {
    expect(labels().agent(agent?.key)).toBe(agent?.key ?? 'none');
    expect(labels().agent(undefined)).toBe('none');
    expect(labels().agent('made-up')).toBe('other');
  });
});
