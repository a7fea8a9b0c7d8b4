import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeOllama } from '../../../test/support/fake-ollama.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import type { EmbeddingRequest } from '../../contracts/embedding.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { ask, createBackend } from '../shared/testing/backend-under-test.js';
import { AWKWARD_PIECES, describeNetworkBackend } from '../shared/testing/network-backend.contract.js';
import { toRequest } from '../shared/testing/to-request.js';
import { OllamaBackend, OllamaBackends } from './backend.js';

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
      backend = createBackend(new OllamaBackends(), server.origin, { apiKey: 'secret' });
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

    it('embeds as the backend says that models are loaded, unless the caller says otherwise', async () => {
      const answer = '{"embeddings":[[1]]}';
      const json = { 'Content-Type': 'application/json' };
      server.embedScript((exchange) => exchange.respond(200, json, answer));
      const loaded = createBackend(new OllamaBackends(), server.origin, {
        loading: { numCtx: 32_768, keepAlive: -1, models: [{ model: 'bge-m3', numCtx: 8192 }] },
      });
      const embed = (request: EmbeddingRequest) => loaded.embed(request, AbortSignal.timeout(5000));
      await embed({ model: 'nomic-embed-text', inputs: ['x'] });
      await embed({ model: 'bge-m3', inputs: ['x'], options: { num_gpu: 1 } });
      await embed({ model: 'bge-m3', inputs: ['x'], keepAlive: 0, options: { num_ctx: 512 } });
      await loaded.close();
      expect(server.requests.map(({ body }) => body)).toEqual([
        { model: 'nomic-embed-text', input: ['x'], keep_alive: -1 },
        { model: 'bge-m3', input: ['x'], keep_alive: -1, options: { num_ctx: 8192, num_gpu: 1 } },
        { model: 'bge-m3', input: ['x'], keep_alive: 0, options: { num_ctx: 512 } },
      ]);
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
