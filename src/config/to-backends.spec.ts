import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { createSources, type SourcesExample } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';

const decide = (example: SourcesExample = {}) => toRoutingConfig(createSources(example)).config;
const OPENAI = { OPENAI_BASE_URL: 'https://api.example.org/v1/', OPENAI_API_KEY: 'hunter2' };

describe('backends', () => {
  it('are Ollama and the simulator without any file', () => {
    expect(decide().backends).toEqual([
      { name: 'simulator', kind: 'simulator', url: '', maxConcurrent: 10_000 },
      { name: 'ollama', kind: 'ollama', url: 'http://127.0.0.1:11434', maxConcurrent: 10_000 },
    ]);
    expect(decide().defaultBackend).toBe('ollama');
  });

  it('include an OpenAI server once it has a URL', () => {
    const config = decide({ env: OPENAI });
    expect(config.backends).toContainEqual({
      name: 'openai',
      kind: 'openai',
      url: 'https://api.example.org/v1',
      apiKey: 'hunter2',
      maxConcurrent: 10_000,
    });
    expect(config.defaultBackend).toBe('openai');
  });

  it('stay with Ollama where both are named, unless YAML says otherwise', () => {
    const env = { ...OPENAI, OLLAMA_URL: 'http://gpu:11434' };
    expect(decide({ env }).defaultBackend).toBe('ollama');
    expect(decide({ env, yaml: 'default_backend: openai' }).defaultBackend).toBe('openai');
  });

  it('take further ones and changed settings from YAML, and URLs first from the environment', () => {
    const yaml = `
backends:
  - { name: ollama, url: "http://gpu:11434", max_concurrent: 4 }
  - { name: vllm, kind: openai, url: "http://vllm:8000/v1", api_key_env: VLLM_KEY }
`;
    const env = { VLLM_KEY: 'k' };
    expect(decide({ yaml, env }).backends).toContainEqual({
      name: 'ollama',
      kind: 'ollama',
      url: 'http://gpu:11434',
      maxConcurrent: 4,
    });
    expect(decide({ yaml, env }).backends).toContainEqual({
      name: 'vllm',
      kind: 'openai',
      url: 'http://vllm:8000/v1',
      apiKey: 'k',
      maxConcurrent: 10_000,
    });
    expect(decide({ yaml, env: { ...env, OLLAMA_URL: 'http://other:1' } }).backends).toContainEqual({
      name: 'ollama',
      kind: 'ollama',
      url: 'http://other:1',
      maxConcurrent: 4,
    });
  });

  it.each([
    ['backends: [{ name: gpu, url: "http://gpu" }]', 'backends[0].kind is missing'],
    ['backends: [{ name: gpu, kind: ollama }]', 'The backend gpu has no url'],
    ['backends: [{ name: ollama, kind: openai }]', 'backends[0].kind must be ollama for this name'],
    [
      'backends: [{ name: simulator }, { name: simulator }]',
      'backends[1].name: there is a backend simulator already',
    ],
    [
      'backends: [{ name: gpu, kind: openai, url: "http://u:p@gpu" }]',
      'backends[0].url must be an http or https URL without user',
    ],
    [
      'backends: [{ name: gpu, kind: openai, url: "http://gpu", api_key_env: NO_KEY }]',
      'needs the secret NO_KEY, which is set nowhere',
    ],
  ])('refuse %j', (yaml, message) => {
    expect(() => decide({ yaml })).toThrow(message);
  });

  it.each(['sk-a\nX: 1', 'sk-clé€', 'sk-\u0000', 'sk a'])(
    'refuse a key that no header carries: %j',
    (key) => {
      const message = 'must be one word of ASCII characters';
      expect(() => decide({ env: { ...OPENAI, OPENAI_API_KEY: key } })).toThrow(
        new ConfigError(`OPENAI_API_KEY ${message}`),
      );
      const yaml = 'backends: [{ name: gpu, kind: openai, url: "http://gpu", api_key_env: GPU_KEY }]';
      expect(() => decide({ yaml, env: { GPU_KEY: key } })).toThrow(new ConfigError(`GPU_KEY ${message}`));
    },
  );
});

describe('the stand-in for an absent Ollama', () => {
  const standIn = { for: 'ollama', by: 'simulator' };

  it('exists in development, while nobody names an Ollama', () => {
    expect(decide({ environment: 'development' }).standIn).toEqual(standIn);
    expect(
      decide({ environment: 'development', env: { OLLAMA_URL: 'http://127.0.0.1:11434' } }).standIn,
    ).toBeUndefined();
    const yaml = 'backends: [{ name: ollama, url: "http://gpu:11434" }]';
    expect(decide({ environment: 'development', yaml }).standIn).toBeUndefined();
  });

  it('survives settings that do not say where Ollama is', () => {
    const yaml = 'backends: [{ name: ollama, max_concurrent: 4 }]';
    expect(decide({ environment: 'development', yaml })).toMatchObject({
      standIn,
      backends: [{ name: 'simulator' }, { name: 'ollama', url: 'http://127.0.0.1:11434', maxConcurrent: 4 }],
    });
  });

  it('exists nowhere else', () => {
    expect(decide({ environment: 'test' }).standIn).toBeUndefined();
    expect(decide({ environment: 'production', yaml: 'valid_models: [phi3]' }).standIn).toBeUndefined();
  });

  it('is said in the log', () => {
    expect(toRoutingConfig(createSources({ environment: 'development' })).choice).toBe(
      'models: ollama at http://127.0.0.1:11434, the simulator while it is absent; default phi3, admitted are all that the backends list (MODELS_ADMIT=listed)',
    );
  });
});
