import { describe, expect, it } from 'vitest';
import { loadingOf } from './model-loading.js';
import { createSources } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';

describe(loadingOf.name, () => {
  const backends = `[{ name: ollama, num_ctx: 8192, keep_alive: 30m, models: [
    { model: small, num_ctx: 2048 },
    { model: "qwen3:32b", keep_alive: -1 },
    { model: qwen*, num_ctx: 32768 }] }]`;
  const of = (model: string, yaml = `backends: ${backends}`) => {
    const { config } = toRoutingConfig(createSources({ yaml }));
    return loadingOf(
      config.backends.find(({ name }) => name === 'ollama')!,
      model,
    ).any;
  };

  it.each([
    ['other', { numCtx: 8192, keepAlive: '30m' }],
    ['small', { numCtx: 2048, keepAlive: '30m' }],
    ['small:latest', { numCtx: 2048, keepAlive: '30m' }],
    ['small:7b', { numCtx: 8192, keepAlive: '30m' }],
    ['qwen3:32b', { numCtx: 8192, keepAlive: -1 }],
    ['qwen3', { numCtx: 32_768, keepAlive: '30m' }],
  ])('takes for %s what the first entry that fits says, and else what holds for all', (model, expected) => {
    expect(of(model)).toMatchObject(expected);
  });

  it('takes an entry by an alias for the model behind it', () => {
    const yaml =
      'model_aliases: { best: "qwen3:32b" }\nbackends: [{ name: ollama, models: [{ model: best, num_ctx: 4096 }] }]';
    expect(of('qwen3:32b', yaml)).toMatchObject({ numCtx: 4096 });
  });

  it('says nothing where nothing is said', () => {
    expect(of('any', '')).toEqual({});
  });
});
