import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/index.js';
import type { BeginRecord } from '../../contracts/journal.js';
import { type BackendProbe, RoutingTable } from '../models/index.js';
import { MetricLabels } from './metric-labels.js';

const config = loadConfig({ CITADEL_ENV: 'test', VALID_MODELS: 'phi3,mixtral', DEFAULT_MODEL: 'phi3' });
const [agent] = config.routing.agents;
const ownModel = config.routing.agents.find(({ model }) => model !== undefined)!;
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

  it('knows what the caller’s name for a model stands for, where no backend was asked', () => {
    const begin = { model: 'mixtral-8x7b' } as BeginRecord;
    expect(labels().modelOf({ begin })).toBe('mixtral:latest');
    expect(labels().modelOf({ begin, backendModel: 'nous:7b' })).toBe('nous:7b');
    expect(labels().modelOf({ begin: { ...begin, model: 'sim/words?seed=7' } })).toBe('other');
    expect(labels().modelOf({ begin: { ...begin, agent: ownModel.key } })).toBe(ownModel.model);
  });

  it('names agents by their configured key, and says none where there is none', () => {
    expect(labels().agent(agent?.key)).toBe(agent?.key ?? 'none');
    expect(labels().agent(undefined)).toBe('none');
    expect(labels().agent('made-up')).toBe('other');
  });
});
