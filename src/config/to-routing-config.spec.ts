import { describe, expect, it } from 'vitest';
import { createSources, type SourcesExample } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';

const decide = (example: SourcesExample = {}) => toRoutingConfig(createSources(example)).config;
const withYaml = (yaml: string) => decide({ yaml });

describe('aliases', () => {
  it('are followed to the end, and `$default` to the default model', () => {
    const yaml = 'model_aliases: { phi3: "phi3:latest", small: phi3, gpt-4: $default, phi4: phi4 }';
    expect(decide({ yaml, env: { DEFAULT_MODEL: 'small' } }).aliases).toEqual({
      phi3: 'phi3:latest',
      small: 'phi3:latest',
      'gpt-4': 'phi3:latest',
      phi4: 'phi4',
    });
  });

  it('refuse a circle', () => {
    expect(() => withYaml('model_aliases: { a: b, b: c, c: b }')).toThrow(
      'example.yaml: model_aliases.a leads in a circle: a → b → c → b',
    );
  });

  it('may be the default model themselves', () => {
    const yaml = 'model_aliases: { gpt-4: $default }';
    expect(decide({ yaml, env: { DEFAULT_MODEL: 'gpt-4' } }).aliases).toEqual({ 'gpt-4': 'gpt-4' });
  });

  it('find nothing for a name that belongs to every object', () => {
    expect(withYaml('model_aliases: { a: b }').aliases['constructor']).toBeUndefined();
  });
});

describe('the default model', () => {
  it('comes from DEFAULT_MODEL, then YAML, and is phi3', () => {
    expect(decide({ yaml: 'default_model: a', env: { DEFAULT_MODEL: 'b' } }).defaultModel).toBe('b');
    expect(withYaml('default_model: a').defaultModel).toBe('a');
    expect(decide().defaultModel).toBe('phi3');
  });

  it('must be admitted', () => {
    const refusal = 'DEFAULT_MODEL is llama3, which MODELS_ADMIT=configured does not admit';
    const env = { MODELS_ADMIT: 'configured', DEFAULT_MODEL: 'llama3' };
    expect(() => decide({ yaml: 'valid_models: [phi3]', env })).toThrow(refusal);
    expect(() =>
      decide({ yaml: 'valid_models: [phi3]', env: { ...env, VALID_MODELS: 'llama3' } }),
    ).not.toThrow();
    const yaml = 'valid_models: [llama3:latest]\nmodel_aliases: { llama3: "llama3:latest" }';
    expect(() => decide({ yaml, env })).not.toThrow();
  });

  it('must be able to chat', () => {
    const yaml = 'model_aliases: { embed: nomic-embed-text }';
    expect(() => decide({ yaml, env: { DEFAULT_MODEL: 'embed' } })).toThrow(
      'stands in embedding_models and cannot chat',
    );
  });
});

describe('admission', () => {
  it('is closed in production, and open for what is listed elsewhere', () => {
    const yaml = 'valid_models: [phi3]';
    expect(decide({ environment: 'production', yaml }).admit).toBe('configured');
    expect(decide({ environment: 'development' }).admit).toBe('listed');
    expect(decide({ environment: 'production', env: { MODELS_ADMIT: 'any' } }).admit).toBe('any');
    expect(withYaml('models_admit: any').admit).toBe('any');
  });
});

describe('embedding models', () => {
  it('are known by both of their names', () => {
    const yaml = 'model_aliases: { embed: "embed:latest" }\nembedding_models: [embed]';
    expect(withYaml(yaml).embeddingModels).toEqual(['embed', 'embed:latest']);
  });
});

describe('routes', () => {
  it('keep their order and their targets', () => {
    const yaml = `
model_aliases: { mixtral: "mixtral:latest" }
backends: [{ name: gpu, kind: ollama, url: "http://gpu:11434" }]
routes:
  - model: mixtral
    targets: [{ backend: gpu }, { backend: ollama, model: "mixtral:8x7b" }]
  - model: gpt-*
    targets: [{ backend: simulator }]
`;
    expect(withYaml(yaml).routes).toEqual([
      {
        model: 'mixtral:latest',
        targets: [{ backend: 'gpu' }, { backend: 'ollama', model: 'mixtral:8x7b' }],
      },
      { model: 'gpt-*', targets: [{ backend: 'simulator' }] },
    ]);
  });

  it.each([
    [
      'routes: [{ model: a, targets: [{ backend: gpu }] }]',
      'routes[0].targets[0].backend names the unknown backend gpu; there are simulator, ollama',
    ],
    ['routes: [{ model: a }]', 'routes[0].targets must name at least one backend'],
    [
      'routes: [{ model: "*-a", targets: [{ backend: ollama }] }]',
      'routes[0].model must be a model name, or the beginning',
    ],
    [
      'routes: [{ model: a, targets: [{ backend: ollama }] }, { model: a, targets: [{ backend: ollama }] }]',
      'routes[1].model: an earlier route',
    ],
    ['default_backend: gpu', 'default_backend names the unknown backend gpu'],
  ])('refuse %j', (yaml, message) => {
    expect(() => withYaml(yaml)).toThrow(`example.yaml: ${message}`);
  });
});

describe('profiles', () => {
  it('say only what a file says', () => {
    expect(decide().profiles).toEqual({});
    const yaml = 'agent_streaming_config: { copilot: { chunk_size: 7, timeout: 30.5 } }';
    expect(withYaml(yaml).profiles['copilot']).toEqual({ chunkSize: 7, timeoutMs: 30_500 });
  });

  it('stay within their bounds', () => {
    expect(() => withYaml('agent_streaming_config: { gui: { chunk_size: 101 } }')).toThrow(
      'agent_streaming_config.gui.chunk_size must be a whole number from 1 to 100',
    );
  });
});
