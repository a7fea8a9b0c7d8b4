import { describe, expect, it } from 'vitest';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import { toRequest } from '../shared/testing/to-request.js';
import { toOllamaRequest } from './request.js';

describe(toOllamaRequest.name, () => {
  const bodyOf = (request: GenerationRequest) =>
    JSON.parse(toOllamaRequest(request).body) as Record<string, unknown>;

  it('sends nothing that was not said, but that a long prompt is to be refused', () => {
    expect(bodyOf(toRequest({ model: 'm' }))).toEqual({
      model: 'm',
      stream: true,
      truncate: false,
      options: { num_predict: 1000, temperature: 0.7 },
      messages: [{ role: 'user', content: 'Go on' }],
    });
  });

  it('passes on as an option what the backend does, and no more', () => {
    const request = toRequest({ model: 'm', passedFields: { typical_p: 0.5, mirostat: 1, temperature: 9 } });
    const { body } = toOllamaRequest(request, { passes: ['typical_p', 'num_gpu'] });
    const { options } = JSON.parse(body) as { options: object };
    expect(options).toMatchObject({ typical_p: 0.5, temperature: 0.7 });
    expect(Object.keys(options)).not.toEqual(expect.arrayContaining(['mirostat']));
  });

  describe('where the backend says how models are loaded', () => {
    const loading = { numCtx: 4096, keepAlive: '30m', models: [{ model: 'big', numCtx: 32_768 }] };
    const loaded = (model: string, backendOptions: GenerationRequest['backendOptions'] = {}) => {
      const { body } = toOllamaRequest(toRequest({ model, backendOptions }), { loading });
      return JSON.parse(body) as { keep_alive: unknown; options: Record<string, unknown> };
    };

    it('says so with every call', () => {
      expect(loaded('m')).toMatchObject({ keep_alive: '30m', options: { num_ctx: 4096 } });
      expect(loaded('big')).toMatchObject({ keep_alive: '30m', options: { num_ctx: 32_768 } });
    });

    it('lets an agent say otherwise', () => {
      expect(loaded('m', { keepAlive: 0, numCtx: 1024 })).toMatchObject({
        keep_alive: 0,
        options: { num_ctx: 1024 },
      });
      expect(loaded('m', { numCtx: 1024 })).toMatchObject({ keep_alive: '30m', options: { num_ctx: 1024 } });
    });
  });

  it('sends all that was said, and what the agent pins on every call', () => {
    const request = toRequest({
      model: 'm',
      sampling: {
        maxTokens: 7,
        temperature: 0,
        topP: 0.5,
        seed: 40,
        stop: ['END'],
        frequencyPenalty: 0.1,
        presencePenalty: -0.2,
      },
      backendOptions: { numCtx: 8192, keepAlive: -1 },
      tools: [{ name: 'f', description: 'does f', parameters: { type: 'object' } }, { name: 'g' }],
      responseFormat: { type: 'json_schema', name: 's', schema: { type: 'object' } },
      reasoningEffort: 'high',
      choice: 2,
      user: 'u1',
    });
    expect(bodyOf(request)).toEqual({
      model: 'm',
      stream: true,
      format: { type: 'object' },
      think: 'high',
      keep_alive: -1,
      truncate: false,
      options: {
        num_ctx: 8192,
        num_predict: 7,
        temperature: 0,
        top_p: 0.5,
        seed: 42,
        stop: ['END'],
        frequency_penalty: 0.1,
        presence_penalty: -0.2,
      },
      messages: [{ role: 'user', content: 'Go on' }],
      tools: [
        { type: 'function', function: { name: 'f', description: 'does f', parameters: { type: 'object' } } },
        { type: 'function', function: { name: 'g', parameters: { type: 'object', properties: {} } } },
      ],
    });
  });

  it('writes messages as Ollama does: images beside the text, arguments as objects, results by name', () => {
    const request = toRequest({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is' },
            { type: 'image', mediaType: 'image/png', base64: 'aGk=' },
            { type: 'text', text: 'this?' },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning: 'f, then g',
          toolCalls: [
            { id: 'c1', name: 'f', arguments: '{"a":1}' },
            { id: 'c2', name: 'g', arguments: 'rubbish' },
          ],
        },
        { role: 'tool', content: 'done', toolCallId: 'c2' },
      ],
    });
    expect(bodyOf(request).messages).toEqual([
      { role: 'user', content: 'What is\nthis?', images: ['aGk='] },
      {
        role: 'assistant',
        content: '',
        thinking: 'f, then g',
        tool_calls: [
          { id: 'c1', function: { name: 'f', arguments: { a: 1 } } },
          { id: 'c2', function: { name: 'g', arguments: {} } },
        ],
      },
      { role: 'tool', content: 'done', tool_call_id: 'c2', tool_name: 'g' },
    ]);
  });

  it('chooses tools by what it sends, for Ollama knows no choice', () => {
    const toolsOf = (toolChoice: GenerationRequest['toolChoice']) => {
      const { tools } = bodyOf(toRequest({ tools: [{ name: 'f' }, { name: 'g' }], toolChoice })) as {
        tools?: { function: { name: string } }[];
      };
      return tools?.map((tool) => tool.function.name);
    };
    expect(toolsOf('none')).toBeUndefined();
    expect(toolsOf('auto')).toEqual(['f', 'g']);
    expect(toolsOf('required')).toEqual(['f', 'g']);
    expect(toolsOf({ name: 'g' })).toEqual(['g']);
  });

  it.each([
    [undefined, undefined],
    ['none', false],
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['xhigh', 'max'],
    ['ultra', 'max'],
    ['unheard-of', undefined],
  ])('sends the effort %s as think %s', (reasoningEffort, think) => {
    expect(bodyOf(toRequest({ reasoningEffort })).think).toBe(think);
  });

  it.each([
    [0, { logprobs: true }],
    [3, { logprobs: true, top_logprobs: 3 }],
    [undefined, {}],
  ])('asks for log probabilities where they are wanted: %s', (topLogprobs, wanted) => {
    const { logprobs, top_logprobs } = bodyOf(toRequest({ topLogprobs }));
    expect(JSON.parse(JSON.stringify({ logprobs, top_logprobs }))).toEqual(wanted);
  });

  it('asks for any JSON object', () => {
    expect(bodyOf(toRequest({ responseFormat: { type: 'json_object' } })).format).toBe('json');
  });

  it('leaves long prompts to Ollama where it is told to', () => {
    for (const request of [toRequest(), toRequest({ prompt: 'So' })]) {
      const { body } = toOllamaRequest(request, { truncatesPrompts: true });
      expect(JSON.parse(body)).not.toHaveProperty('truncate');
    }
  });

  it('has its own words for what servers of one’s own take', () => {
    const request = toRequest({ sampling: { topK: 20, minP: 0.1, repetitionPenalty: 1.1 } });
    expect(bodyOf(request).options).toMatchObject({ top_k: 20, min_p: 0.1, repeat_penalty: 1.1 });
  });

  it.each([
    [undefined, { enable_thinking: false }, false],
    [undefined, { enable_thinking: true }, true],
    [undefined, { enable_thinking: 'yes' }, undefined],
    ['low', { enable_thinking: false }, 'low'],
  ])('thinks by the effort %s or by the template %j: %s', (reasoningEffort, templateArguments, think) => {
    expect(bodyOf(toRequest({ reasoningEffort, templateArguments })).think).toBe(think);
  });
});
