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
    ['agent-instance', 'think_tags: keep', 'not a known key'],
  ])('refuses of kind %s %s', (kind, said, why) => {
    expect(() => settingsOf(kind, said)).toThrow(why);
  });
});
