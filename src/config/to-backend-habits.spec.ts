import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { toBackends } from './to-backends.js';
import { toBackendHabits } from './to-backend-habits.js';

const settingsOf = (kind: string, said: string) => {
  const sources = createSources({
    yaml: `backends: [{ name: a, kind: ${kind}, url: "http://a:1", ${said} }]`,
  });
  const settings = toBackends(sources).all.find(({ name }) => name === 'a');
  sources.yaml.refuseUnknownKeys();
  return settings;
};

describe(toBackendHabits.name, () => {
  it.each([
    ['both', ['reasoning_content', 'reasoning']],
    ['reasoning', ['reasoning']],
    ['reasoning_content', ['reasoning_content']],
    ['none', []],
  ])('knows where a server takes earlier reasoning: %s', (said, fields) => {
    expect(settingsOf('openai', `earlier_reasoning: ${said}`)?.earlierReasoning).toEqual(fields);
  });

  it.each(['ollama', 'openai'])('knows whether tags of thoughts are kept with %s', (kind) => {
    expect(settingsOf(kind, 'think_tags: keep')?.keepsThinkTags).toBe(true);
    expect(settingsOf(kind, 'think_tags: split')).not.toHaveProperty('keepsThinkTags');
  });

  it('knows whether prompts are truncated', () => {
    expect(settingsOf('ollama', 'long_prompts: truncate')?.truncatesPrompts).toBe(true);
    expect(settingsOf('ollama', 'long_prompts: refuse')).not.toHaveProperty('truncatesPrompts');
  });

  it('knows how models are loaded, one of them or all', () => {
    expect(settingsOf('ollama', 'num_ctx: 8192, keep_alive: 30m')?.loading).toEqual({
      numCtx: 8192,
      keepAlive: '30m',
      models: [],
    });
    const models = '[{ model: qwen3*, num_ctx: 32768 }, { model: nomic-embed-text, keep_alive: -1 }]';
    expect(settingsOf('ollama', `models: ${models}`)?.loading).toEqual({
      models: [
        { model: 'qwen3*', numCtx: 32_768 },
        { model: 'nomic-embed-text', keepAlive: -1 },
      ],
    });
    expect(settingsOf('ollama', 'models: []')).not.toHaveProperty('loading');
  });

  it.each(['ollama', 'openai'])('knows which fields are passed on with %s', (kind) => {
    expect(settingsOf(kind, 'passes: [min_tokens, grammar]')?.passes).toEqual(['min_tokens', 'grammar']);
    expect(settingsOf(kind, 'passes: []')).not.toHaveProperty('passes');
    expect(() => settingsOf(kind, 'passes: [min_tokens, seed]')).toThrow(
      'passes must not name seed, which the gateway says itself',
    );
  });

  it('says nothing where nothing was said', () => {
    expect(settingsOf('openai', '')).toEqual({
      name: 'a',
      kind: 'openai',
      url: 'http://a:1',
      maxConcurrent: 10_000,
    });
  });

  it.each([
    ['openai', 'earlier_reasoning: thoughts', 'must be one of'],
    ['openai', 'think_tags: drop', 'must be one of'],
    ['ollama', 'long_prompts: yes', 'must be one of'],
    ['ollama', 'earlier_reasoning: both', 'not a known key'],
    ['openai', 'long_prompts: truncate', 'not a known key'],
    ['openai', 'num_ctx: 8192', 'not a known key'],
    ['openai', 'models: [{ model: m, keep_alive: 5m }]', 'not a known key'],
    ['ollama', 'num_ctx: 0', 'must be a whole number of at least 1'],
    ['ollama', 'keep_alive: long', 'must be a duration such as'],
    ['ollama', 'models: [{ num_ctx: 1 }]', 'model is missing'],
    ['ollama', 'models: [{ model: m, num_gpu: 1 }]', 'not a known key'],
    ['agent-instance', 'think_tags: keep', 'not a known key'],
  ])('refuses of kind %s %s', (kind, said, why) => {
    expect(() => settingsOf(kind, said)).toThrow(why);
  });
});
