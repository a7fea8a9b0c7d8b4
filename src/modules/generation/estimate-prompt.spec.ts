import { describe, expect, it } from 'vitest';
import { estimatePrompt } from './estimate-prompt.js';

describe(estimatePrompt.name, () => {
  it('counts messages with their parts, thoughts, calls and tools', () => {
    expect(
      estimatePrompt({
        input: {
          kind: 'chat',
          messages: [
            { role: 'system', content: 'Be brief.' },
            {
              role: 'user',
              content: [
                { type: 'text', text: 'Hé' },
                { type: 'image', mediaType: 'image/png', base64: 'x'.repeat(4_000) },
              ],
            },
            {
              role: 'assistant',
              content: null,
              reasoning: 'Search it',
              toolCalls: [{ id: 'c', name: 'find', arguments: '{}' }],
            },
          ],
        },
        tools: [{ name: 'find' }],
      }),
    ).toBe(4 + 3 + 4 + 1 + 85 + 4 + 3 + 1 + 1 + Math.ceil('[{"name":"find"}]'.length / 4));
  });

  it('counts a prompt and what comes behind it', () => {
    expect(estimatePrompt({ input: { kind: 'prompt', prompt: '12345678', suffix: '1' } })).toBe(3);
  });
});
