import { describe, expect, it } from 'vitest';
import { loadConfig } from './load-config.js';
import { createSources } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';
import { findWindowClashes } from './window-clashes.js';

describe(findWindowClashes.name, () => {
  const clashesOf = (yaml: string) => findWindowClashes(toRoutingConfig(createSources({ yaml })).config);
  const agents = (...all: string[]) => `agents: [${all.map((said) => `{ ${said} }`).join(', ')}]\n`;
  const A = 'key: a, options: { num_ctx: 4096 }';
  const B = 'key: b, options: { num_ctx: 8192 }';
  const C = 'key: c, options: { num_ctx: 8192 }';

  it('tells in one line who asks a model for which window', () => {
    expect(clashesOf(agents(A, B, C))).toEqual([
      'models: Ollama loads a model anew whenever another num_ctx is asked for: phi3 at ollama 4096 (a), 8192 (b, c)',
    ]);
  });

  it('holds agents against what the backend says of all others', () => {
    expect(clashesOf(`${agents(B)}backends: [{ name: ollama, num_ctx: 2048 }]`)[0]).toContain(
      'phi3 at ollama 2048 (no agent), 8192 (b)',
    );
    expect(
      clashesOf(`${agents(B)}backends: [{ name: ollama, models: [{ model: big, num_ctx: 2048 }] }]`)[0],
    ).toContain('big at ollama 2048 (no agent), 8192 (b)');
  });

  it('follows routes to the name a model has there', () => {
    const backends = 'backends: [{ name: gpu, kind: ollama, url: "http://gpu" }]\n';
    const routes = 'routes: [{ model: m*, targets: [{ backend: gpu, model: mm }] }]';
    expect(
      clashesOf(
        agents('key: a, model: m1, options: { num_ctx: 1 }', 'key: b, model: m1, options: { num_ctx: 2 }') +
          backends +
          routes,
      )[0],
    ).toContain('mm at gpu 1 (a), 2 (b)');
  });

  it.each([
    ['agree', agents(B, C)],
    ['agree with the backend', `${agents(B)}backends: [{ name: ollama, num_ctx: 8192 }]`],
    ['have models of their own', agents(`${A}, model: m1`, `${B}, model: m2`)],
    ['are served by nobody who knows windows', agents(`${A}, backend: simulator`, B)],
    [
      'have a model that is simulated',
      `${agents('key: s, model: sim, backend: simulator', C)}backends: [{ name: ollama, num_ctx: 8192 }]`,
    ],
    [
      'are there beside a model that only embeds',
      `${agents(C)}backends: [{ name: ollama, models: [{ model: nomic-embed-text, num_ctx: 2048 }] }]`,
    ],
    ['say nothing', agents('key: a', 'key: b')],
  ])('is silent where agents %s', (_, yaml) => {
    expect(clashesOf(yaml)).toEqual([]);
  });

  it('is silent about what is shipped', () => {
    expect(findWindowClashes(loadConfig({ CITADEL_ENV: 'test' }).routing)).toEqual([]);
  });
});
