import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeOllama } from '../../../test/support/fake-ollama.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { goJson } from '../../../test/support/go-json.js';
import { fromWireText } from '../../contracts/wire-text.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { ask, createBackend } from '../shared/testing/backend-under-test.js';
import { AWKWARD_PIECES, describeNetworkBackend } from '../shared/testing/network-backend.contract.js';
import { pythonJson, randomTexts } from '../shared/testing/random-text.js';
import { RecordingSink } from '../shared/testing/recording-sink.js';
import { toRequest } from '../shared/testing/to-request.js';
import { OllamaAnswer } from './answer.js';
import { CHAT_LINE, GENERATE_LINE } from './plain-lines.js';
import { OllamaBackend, OllamaBackends } from './backend.js';
import { toOllamaRequest } from './request.js';

describe(OllamaBackend.name, () => {
  describeNetworkBackend(OllamaBackend.name, {
    createServer: () => new FakeOllama({ models: 'any' }),
    createBackend: (server) => createBackend(new OllamaBackends(), server.origin),
    answerRichly: (server, pieces) =>
      server.answer({
        thinking: ['hm "ö"'],
        pieces,
        toolCalls: [
          { name: 'first', arguments: { city: 'Köln' } },
          { id: 'call_2', name: 'second', arguments: {}, index: 0 },
        ],
      }),
  });

  describe('with a server', () => {
    let server: FakeOllama;
    let backend: ModelBackend;

    beforeEach(async () => {
      server = new FakeOllama();
      await server.listen();
      backend = createBackend(new OllamaBackends(), server.origin, 'secret');
    });

    afterEach(async () => {
      await backend.close();
      await server.close();
    });

    it('says who it is', () => {
      expect([backend.name, backend.kind]).toEqual(['tested', 'ollama']);
    });

    it('chats by the native protocol, with a key if there is one', async () => {
      server.answer({ pieces: AWKWARD_PIECES, promptEvalCount: 26, promptEvalCachedCount: 20 });
      const sink = await ask(backend, toRequest({ model: 'llama3.2' }));
      expect(sink.pieces).toEqual(AWKWARD_PIECES);
      expect(sink.reason).toBe('stop');
      expect(sink.usage).toEqual({
        promptTokens: 26,
        completionTokens: AWKWARD_PIECES.length,
        cachedTokens: 20,
      });
      expect(server.requests[0]).toMatchObject({
        method: 'POST',
        path: '/api/chat',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
        body: { model: 'llama3.2', stream: true, messages: [{ role: 'user', content: 'Go on' }] },
      });
    });

    it('completes a prompt', async () => {
      server.answer({ pieces: AWKWARD_PIECES, thinking: ['hm'], doneReason: 'length' });
      const sink = await ask(backend, toRequest({ model: 'llama3.2', prompt: 'Once', suffix: 'end' }));
      expect(sink.pieces).toEqual(AWKWARD_PIECES);
      expect(sink.reasoningText).toBe('hm');
      expect(sink.reason).toBe('length');
      expect(server.requests[0]).toMatchObject({
        path: '/api/generate',
        body: { prompt: 'Once', suffix: 'end' },
      });
    });

    it('leaves counts unknown that Ollama leaves out', async () => {
      server.answer({ pieces: ['a'], promptEvalCount: 0, evalCount: 0 });
      expect((await ask(backend, toRequest({ model: 'llama3.2' }))).usage).toEqual({});
    });

    it('leaves counts unknown that are none', async () => {
      server.answer({ pieces: ['a'], promptEvalCount: 1e300, promptEvalCachedCount: 1.5, evalCount: -5 });
      expect((await ask(backend, toRequest({ model: 'llama3.2' }))).usage).toEqual({});
      server.embedScript((exchange) =>
        exchange.respond(
          200,
          { 'Content-Type': 'application/json' },
          '{"embeddings":[[1]],"prompt_eval_count":-1}',
        ),
      );
      const { promptTokens } = await backend.embed(
        { model: 'nomic-embed-text', inputs: ['x'] },
        AbortSignal.timeout(5000),
      );
      expect(promptTokens).toBeUndefined();
    });

    it.each([
      ['stop', 'stop'],
      ['length', 'length'],
      ['load', 'stop'],
      ['unload', 'stop'],
      ['', 'stop'],
      ['new one', 'stop'],
    ])('ends with done_reason "%s" as %s', async (doneReason, reason) => {
      server.answer({ pieces: ['a'], doneReason });
      expect((await ask(backend, toRequest({ model: 'llama3.2' }))).reason).toBe(reason);
    });

    it.each([true, false])(
      'numbers whole tool calls and gives them ids (in one line: %s)',
      async (toolCallsTogether) => {
        const calls = [
          { name: 'f', arguments: { a: 'ä', n: [1] }, index: 0 },
          { name: 'f', arguments: {}, index: 0 },
          { name: 'g', arguments: {}, index: 0, id: 'given' },
        ];
        server.answer({ toolCalls: calls, toolCallsTogether });
        const { toolCalls, reason } = await ask(backend, toRequest({ model: 'llama3.2' }));
        const id = expect.stringMatching(/^call_[A-Za-z0-9]{24}$/);
        expect(toolCalls).toEqual([
          { index: 0, id, name: 'f', arguments: '{"a":"ä","n":[1]}' },
          { index: 1, id, name: 'f', arguments: '{}' },
          { index: 2, id: 'given', name: 'g', arguments: '{}' },
        ]);
        expect(toolCalls[0]?.id).not.toBe(toolCalls[1]?.id);
        expect(reason).toBe('tool_calls');
      },
    );

    it('says that a turn with tool calls was cut when it was', async () => {
      server.answer({ toolCalls: [{ name: 'f', arguments: {} }], doneReason: 'length' });
      expect((await ask(backend, toRequest({ model: 'llama3.2' }))).reason).toBe('length');
    });

    it('does not have a model that was not pulled', async () => {
      expect((await ask(backend, toRequest({ model: 'other' }))).failure?.code).toBe('model_not_found');
    });

    it('lists models, and which of them only embed', async () => {
      const models = await backend.listModels(AbortSignal.timeout(5000));
      expect(models.map(({ id, chat }) => [id, chat])).toEqual([
        ['llama3.2:latest', true],
        ['qwen3:8b', true],
        ['nomic-embed-text:latest', false],
      ]);
      expect(models[0]).toMatchObject({ created: 1_767_323_045, ownedBy: 'ollama' });
      expect(server.requests.map(({ path }) => path)).toEqual(['/api/tags']);
    });

    it('lists what can be listed of a strange list, and rejects what is none', async () => {
      const strange = await new FakeUpstream().listen();
      const other = createBackend(new OllamaBackends(), strange.origin);
      const listOf = (body: unknown) => {
        strange.script((exchange) => exchange.respond(200, {}, JSON.stringify(body)));
        return other.listModels(AbortSignal.timeout(5000));
      };
      const bert = { name: 'old-embedder', details: { family: 'nomic-bert' } };
      expect(await listOf({ models: [null, {}, { name: 'old' }, bert] })).toEqual([
        { id: 'old', created: undefined, ownedBy: 'ollama', chat: true },
        { id: 'old-embedder', created: undefined, ownedBy: 'ollama', chat: false },
      ]);
      for (const none of [null, [], {}, { models: {} }]) {
        await expect(listOf(none)).rejects.toThrow('the answer lists no models');
      }
      await other.close();
      await strange.close();
    });

    it('says its version', async () => {
      expect(await backend.probe(AbortSignal.timeout(5000))).toEqual({ reachable: true, version: '0.33.3' });
      expect(server.requests.map(({ path }) => path)).toEqual(['/api/version']);
    });
  });
});

describe(toOllamaRequest.name, () => {
  const bodyOf = (request: GenerationRequest) =>
    JSON.parse(toOllamaRequest(request).body) as Record<string, unknown>;

  it('sends nothing that was not said', () => {
    expect(bodyOf(toRequest({ model: 'm' }))).toEqual({
      model: 'm',
      stream: true,
      options: { num_predict: 1000, temperature: 0.7 },
      messages: [{ role: 'user', content: 'Go on' }],
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
    ['unheard-of', undefined],
  ])('sends the effort %s as think %s', (reasoningEffort, think) => {
    expect(bodyOf(toRequest({ reasoningEffort })).think).toBe(think);
  });

  it('asks for any JSON object', () => {
    expect(bodyOf(toRequest({ responseFormat: { type: 'json_object' } })).format).toBe('json');
  });
});

describe(OllamaAnswer.name, () => {
  const DONE = `${goJson({ model: 'm', created_at: '2026-01-02T03:04:05Z', done: true, done_reason: 'stop' })}\n`;

  const chatLine = (text: string, place = 0) => ({
    model: 'llama3.2:latest',
    created_at: `2026-01-02T03:04:05.${place}Z`,
    message: { role: 'assistant', content: text },
    done: false,
  });

  const generateLine = (text: string, place = 0) => ({
    model: 'llama3.2:latest',
    created_at: `2026-01-02T03:04:05.${place}Z`,
    response: text,
    done: false,
  });

  const read = (lines: readonly string[], plain = CHAT_LINE): RecordingSink => {
    const sink = new RecordingSink();
    const answer = new OllamaAnswer(sink, plain, 'as it was asked for');
    for (const line of lines) answer.data(Buffer.from(line));
    answer.end();
    return sink;
  };

  describe('a piece that is copied', () => {
    const kinds = [
      ['chat', 'Go', CHAT_LINE, chatLine, goJson],
      ['chat', 'Python', CHAT_LINE, chatLine, pythonJson],
      ['chat', 'JavaScript', CHAT_LINE, chatLine, JSON.stringify],
      ['generate', 'Go', GENERATE_LINE, generateLine, goJson],
      ['generate', 'Python', GENERATE_LINE, generateLine, pythonJson],
    ] as const;

    it.each(kinds)(
      'is the piece that would be parsed (%s, as %s writes it)',
      (_kind, _name, plain, toLine, encode) => {
        for (let seed = 1; seed <= 40; seed += 1) {
          const texts = randomTexts(seed, 50);
          const { pieces, violations } = read(
            [...texts.map((text, place) => `${encode(toLine(text, place))}\n`), DONE],
            plain,
          );
          expect(pieces).toEqual(texts);
          expect(violations).toEqual([]);
        }
      },
    );

    it('is copied in the form it came in, joined to the same text', () => {
      const texts = randomTexts(7, 200);
      const wire: string[] = [];
      const sink = new RecordingSink();
      sink.text = (piece) => wire.push(piece);
      const answer = new OllamaAnswer(sink, CHAT_LINE, 'as it was asked for');
      for (const text of texts) answer.data(Buffer.from(`${goJson(chatLine(text))}\n`));
      expect(fromWireText(wire.join(''))).toBe(texts.join(''));
    });

    it('is not parsed, nor is the first, when the answer names the model as it was asked for', () => {
      const parse = vi.spyOn(JSON, 'parse');
      const sink = new RecordingSink();
      sink.text = () => undefined;
      const answer = new OllamaAnswer(sink, CHAT_LINE, 'llama3.2:latest');
      for (let place = 0; place < 50; place += 1)
        answer.data(Buffer.from(`${goJson(chatLine('ä"', place))}\n`));
      expect(parse).not.toHaveBeenCalled();
      parse.mockRestore();
    });

    it('is not parsed when the model is named otherwise: only the first is', () => {
      const parse = vi.spyOn(JSON, 'parse');
      const sink = new RecordingSink();
      const wire: string[] = [];
      sink.text = (piece) => wire.push(piece);
      const answer = new OllamaAnswer(sink, CHAT_LINE, 'as it was asked for');
      for (let place = 0; place < 50; place += 1)
        answer.data(Buffer.from(`${goJson(chatLine('ä"', place))}\n`));
      expect(parse).toHaveBeenCalledTimes(1);
      expect(wire).toHaveLength(50);
      parse.mockRestore();
    });

    it.each([
      ['another line glued to half of it', (line: string) => line.slice(0, 30) + line],
      ['rubbish before it', (line: string) => `rubbish${line}`],
      ['a control character in it', (line: string) => line.replace('"x"', '"\u0007"')],
      ['an escape that JSON does not know', (line: string) => line.replace('"x"', '"\\x"')],
      ['something after it', (line: string) => `${line}}`],
      ['another line glued to its end', (line: string) => line + line],
    ])('is refused with %s', (_name, spoil) => {
      const line = goJson(chatLine('x'));
      const { pieces, failure } = read([`${line}\n`, `${line}\n`, `${spoil(line)}\n`, DONE]);
      expect(pieces).toEqual(['x', 'x']);
      expect(failure?.code).toBe('upstream_protocol_error');
    });

    it('does not hide what a line says besides', () => {
      const line = goJson(chatLine('x'));
      const failed = line.replace('{"model"', '{"error":"no","model"');
      expect(read([`${line}\n`, `${failed}\n`, DONE]).failure?.code).toBe('upstream_error');
      const thought = line.replace('"content":"x"', '"content":"x","thinking":"t"');
      expect(read([`${line}\n`, `${thought}\n`, DONE]).events.slice(0, 3)).toEqual([
        ['text', 'x'],
        ['reasoning', 't'],
        ['text', 'x'],
      ]);
    });
  });

  it.each([
    '{"message":null}',
    '{"message":{}}',
    '{"message":{"role":"assistant","content":null,"thinking":null,"tool_calls":null},"done":false}',
    '{"message":{"content":"","tool_calls":[]},"done":null}',
    '{"response":null,"thinking":"","done":false}',
    '{"response":""}',
    '{"done":false,"context":[1,2],"unheard_of":{"content":5}}',
    '',
    '\r',
  ])('survives the line %j', (line) => {
    const { events, violations } = read([`${line}\n`, DONE]);
    expect(events.map(([kind]) => kind)).toEqual(['finished']);
    expect(violations).toEqual([]);
  });

  it.each([
    '{}',
    '[]',
    '{"foo":1}',
    '{"message":"x"}',
    '{"message":["x"]}',
    '{"message":{"content":5},"done":false}',
    '{"message":{"content":{"text":"x"}},"done":false}',
    '{"message":{"content":["x"]},"done":false}',
    '{"message":{"content":"x","thinking":5},"done":false}',
    '{"response":5,"done":false}',
    '{"response":"x","thinking":{},"done":false}',
    '{"message":{"tool_calls":"x"},"done":false}',
    '{"message":{"tool_calls":{}},"done":false}',
    '{"message":{"tool_calls":[{}]},"done":false}',
    '{"message":{"tool_calls":[null]},"done":false}',
    '{"message":{"tool_calls":[{"function":{"name":"f"}},{"function":{"name":5}}]},"done":false}',
    '{"message":{"content":"x"},"done":"yes"}',
    '{"message":{"content":5},"done":true}',
  ])('takes the line %s for a broken protocol, not for silence', (line) => {
    const good = '{"message":{"content":"good"},"done":false}\n';
    const { events, failure, violations } = read([good, `${line}\n`, good, DONE]);
    expect(events.map(([kind]) => kind)).toEqual(['text', 'failed']);
    expect(failure).toMatchObject({ code: 'upstream_protocol_error', detail: line });
    expect(violations).toEqual([]);
  });

  it('says that a last line is wrong which is whole but for its line end', () => {
    expect(read(['{"message":{"content":5},"done":true}']).failure?.code).toBe('upstream_protocol_error');
  });

  it.each(['null', '5', '"text"', '{"message":', '<html>'])(
    'takes the line %s for a broken protocol',
    (line) => {
      expect(read([`${line}\n`, DONE]).failure?.code).toBe('upstream_protocol_error');
    },
  );

  it('reads a last line without its line end', () => {
    expect(read([`${goJson(chatLine('x'))}\n`, DONE.trimEnd()]).reason).toBe('stop');
  });

  it('reads nothing after the last line', () => {
    expect(read([DONE, `${goJson(chatLine('x'))}\n`, 'rubbish\n']).events).toHaveLength(1);
  });
});
