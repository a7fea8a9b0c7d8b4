import { describe, expect, it } from 'vitest';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import { toRequest } from '../shared/testing/to-request.js';
import { parseWireJson } from '../shared/json-string.js';
import { toOpenAiRequest } from './request.js';
import { AZURE, COMPATIBLE, GROQ, MISTRAL, OPENAI, STRICT } from './request-dialect.js';

const bodyOf = (request: GenerationRequest, dialect = COMPATIBLE) =>
  parseWireJson(toOpenAiRequest(request, dialect).body) as Record<string, unknown>;

describe(toOpenAiRequest.name, () => {
  it('asks for a stream with usage, and sends nothing that was not said', () => {
    const { path, body } = toOpenAiRequest(toRequest({ model: 'm' }), COMPATIBLE);
    expect(path).toBe('/chat/completions');
    expect(parseWireJson(body)).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 1000,
      temperature: 0.7,
      messages: [{ role: 'user', content: 'Go on' }],
    });
  });

  it('sends all that was said', () => {
    const request = toRequest({
      model: 'm',
      sampling: {
        maxTokens: 7,
        temperature: 0,
        topP: 0.5,
        seed: 40,
        stop: ['\n', 'END'],
        frequencyPenalty: 0.1,
        presencePenalty: -0.2,
      },
      tools: [
        { name: 'f', description: 'does f', parameters: { type: 'object' }, strict: true },
        { name: 'g' },
      ],
      toolChoice: { name: 'g' },
      parallelToolCalls: false,
      responseFormat: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true },
      reasoningEffort: 'low',
      choice: 2,
      user: 'u1',
      requestedModel: 'alias',
    });
    expect(bodyOf(request)).toEqual({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 7,
      temperature: 0,
      top_p: 0.5,
      seed: 42,
      stop: ['\n', 'END'],
      frequency_penalty: 0.1,
      presence_penalty: -0.2,
      tools: [
        {
          type: 'function',
          function: { name: 'f', description: 'does f', parameters: { type: 'object' }, strict: true },
        },
        { type: 'function', function: { name: 'g' } },
      ],
      tool_choice: { type: 'function', function: { name: 'g' } },
      parallel_tool_calls: false,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 's', schema: { type: 'object' }, strict: true },
      },
      reasoning_effort: 'low',
      user: 'u1',
      messages: [{ role: 'user', content: 'Go on' }],
    });
  });

  it('writes messages as OpenAI does, images as data URLs', () => {
    const request = toRequest({
      messages: [
        { role: 'system', content: 'Be "brief".', name: 'boss' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is ä?' },
            { type: 'image', mediaType: 'image/png', base64: 'aGk=' },
          ],
        },
        { role: 'assistant', content: null, toolCalls: [{ id: 'c1', name: 'f', arguments: '{"a":1}' }] },
        { role: 'tool', content: 'done', toolCallId: 'c1' },
        { role: 'assistant', content: 'ok', toolCalls: [] },
      ],
    });
    expect(bodyOf(request).messages).toEqual([
      { role: 'system', content: 'Be "brief".', name: 'boss' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is ä?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
      },
      { role: 'tool', content: 'done', tool_call_id: 'c1' },
      { role: 'assistant', content: 'ok' },
    ]);
  });

  it('keeps the words of a choice of tools, and says nothing about tools when there are none', () => {
    for (const toolChoice of ['none', 'auto', 'required'] as const) {
      expect(bodyOf(toRequest({ tools: [{ name: 'f' }], toolChoice })).tool_choice).toBe(toolChoice);
      const body = bodyOf(toRequest({ tools: [], toolChoice, parallelToolCalls: true }));
      expect(Object.keys(body)).not.toEqual(expect.arrayContaining([expect.stringContaining('tool')]));
    }
  });

  it.each([
    [undefined, {}, {}],
    [0, { logprobs: true }, { logprobs: 0 }],
    [3, { logprobs: true, top_logprobs: 3 }, { logprobs: 3 }],
  ])('asks for log probabilities in the way of each: %s', (topLogprobs, inChat, ofPrompt) => {
    const asked = (more: object, dialect = COMPATIBLE) => {
      const { logprobs, top_logprobs } = bodyOf(toRequest({ topLogprobs, ...more }), dialect);
      return JSON.parse(JSON.stringify({ logprobs, top_logprobs })) as object;
    };
    expect(asked({})).toEqual(inChat);
    expect(asked({ prompt: 'x' })).toEqual(ofPrompt);
    expect([asked({}, MISTRAL), asked({ prompt: 'x' }, GROQ)]).toEqual([{}, {}]);
  });

  it.each([{}, { prompt: 'x' }])('passes on what the server takes as it is, and no more: %j', (more) => {
    const passedFields = { logit_bias: { 5: -100 }, grammar: 'root ::= "a"', model: 'other' };
    const request = toRequest({ model: 'm', passedFields, ...more });
    const body = bodyOf(request, { ...COMPATIBLE, passes: ['logit_bias', 'min_tokens', 'model'] });
    expect(body).toMatchObject({ model: 'm', logit_bias: { 5: -100 } });
    expect(body).not.toHaveProperty('grammar');
    expect(bodyOf(request, GROQ)).not.toHaveProperty('logit_bias');
  });

  it('asks for any JSON object', () => {
    expect(bodyOf(toRequest({ responseFormat: { type: 'json_object' } })).response_format).toEqual({
      type: 'json_object',
    });
  });

  it('does not send what only Ollama knows', () => {
    const { body } = toOpenAiRequest(
      toRequest({ backendOptions: { numCtx: 8192, keepAlive: '5m' } }),
      COMPATIBLE,
    );
    expect(body).not.toMatch(/ctx|keep/);
  });

  it('completes a prompt', () => {
    const request = toRequest({
      prompt: 'def f(',
      suffix: 'return x',
      reasoningEffort: 'low',
      tools: [{ name: 'f' }],
    });
    const { path, body } = toOpenAiRequest(request, COMPATIBLE);
    expect(path).toBe('/completions');
    expect(parseWireJson(body)).toEqual({
      model: 'any',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 1000,
      temperature: 0.7,
      prompt: 'def f(',
      suffix: 'return x',
    });
  });

  it("speaks to OpenAI's own server in its newer words", () => {
    const chat = bodyOf(toRequest({ sampling: { maxTokens: 5 } }), OPENAI);
    expect(chat).toMatchObject({
      max_completion_tokens: 5,
      stream_options: { include_usage: true, include_obfuscation: false },
    });
    expect(chat).not.toHaveProperty('max_tokens');
    expect(bodyOf(toRequest({ prompt: 'x' }), OPENAI)).toHaveProperty('max_tokens', 1000);
  });

  it.each([
    ['o3-mini', false],
    ['gpt-5', false],
    ['gpt-5.2-chat-latest', false],
    ['gpt-4o', true],
    ['gpt-4.1-mini', true],
    ['gpt-3.5-turbo', true],
    ['gpt-oss-120b', true],
    ['chatgpt-4o-latest', true],
    ['ft:gpt-4o:org::id', true],
  ])("tells OpenAI's %s a temperature that nobody asked for: %s", (model, isTold) => {
    const temperatureOf = (isTemperatureOurs: boolean, dialect = OPENAI) =>
      bodyOf(toRequest({ model, sampling: { temperature: 0.7, isTemperatureOurs } }), dialect).temperature;
    expect(temperatureOf(true)).toBe(isTold ? 0.7 : undefined);
    expect(temperatureOf(false)).toBe(0.7);
    expect(temperatureOf(true, AZURE)).toBe(isTold ? 0.7 : undefined);
    expect(temperatureOf(true, COMPATIBLE)).toBe(0.7);
  });

  it('speaks to Azure as to OpenAI where a model takes nothing else', () => {
    const told = (model: string) => bodyOf(toRequest({ model, sampling: { maxTokens: 5 } }), AZURE);
    expect(told('gpt-5-mini')).toMatchObject({
      max_completion_tokens: 5,
      stream_options: { include_usage: true },
    });
    expect(told('gpt-5-mini')).not.toHaveProperty('max_tokens');
    for (const model of ['gpt-4o', 'gpt-35-turbo', 'Phi-4']) {
      expect(told(model)).toMatchObject({ max_tokens: 5 });
      expect(told(model)).not.toHaveProperty('max_completion_tokens');
    }
  });

  it("says nothing that Mistral's own server would refuse", () => {
    const request = toRequest({ model: 'm', sampling: { seed: 7 }, choice: 1, user: 'u1' });
    expect(bodyOf(request, MISTRAL)).toEqual({
      model: 'm',
      stream: true,
      max_tokens: 1000,
      temperature: 0.7,
      random_seed: 8,
      messages: [{ role: 'user', content: 'Go on' }],
    });
  });

  it('tells servers of one’s own what only they take, in the words of each', () => {
    const sampling = { topK: 20, minP: 0.1, repetitionPenalty: 1.1 };
    const request = toRequest({ sampling, templateArguments: { enable_thinking: false } });
    const said = { top_k: 20, min_p: 0.1, repetition_penalty: 1.1, repeat_penalty: 1.1 };
    expect(bodyOf(request)).toMatchObject({ ...said, chat_template_kwargs: { enable_thinking: false } });
    expect(bodyOf(toRequest({ prompt: 'So', sampling }))).toMatchObject(said);
    for (const dialect of [OPENAI, AZURE, MISTRAL, STRICT])
      expect(Object.keys(bodyOf(request, dialect))).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/top_k|min_p|repe|template/)]),
      );
  });
});
