import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeOpenAi } from '../../../test/support/fake-openai.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { DIALECTS } from '../../../test/support/openai-dialect.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { ask, createBackend } from '../shared/testing/backend-under-test.js';
import { AWKWARD_PIECES, describeNetworkBackend } from '../shared/testing/network-backend.contract.js';
import { toRequest } from '../shared/testing/to-request.js';
import { OpenAiBackend, OpenAiBackends } from './backend.js';

const CALLS = [
  { id: 'call_1', name: 'first', arguments: '{"city":"Köln"}' },
  { id: 'call_2', name: 'second', arguments: '{}' },
];

describe(OpenAiBackend.name, () => {
  describeNetworkBackend(OpenAiBackend.name, {
    createServer: () => new FakeOpenAi({ models: 'any' }),
    createBackend: (server) => createBackend(new OpenAiBackends(), `${server.origin}/v1`),
    answerRichly: (server, pieces) => server.answer({ reasoning: ['hm "ö"'], pieces, toolCalls: CALLS }),
  });

  describe('with a server', () => {
    let server: FakeOpenAi;
    let backend: ModelBackend;

    beforeEach(async () => {
      server = new FakeOpenAi({ models: 'any', prefix: '/some/path/v1', apiKey: 'secret' });
      await server.listen();
      backend = createBackend(new OpenAiBackends(), `${server.origin}/some/path/v1`, { apiKey: 'secret' });
    });

    afterEach(async () => {
      await backend.close();
      await server.close();
    });

    it('says who it is', () => {
      expect([backend.name, backend.kind]).toEqual(['tested', 'openai']);
    });

    it('keeps the path of the base URL, and shows the key to this server', async () => {
      await ask(backend, toRequest({ model: 'org/m:1' }));
      expect(server.requests[0]).toMatchObject({
        method: 'POST',
        path: '/some/path/v1/chat/completions',
        headers: {
          authorization: 'Bearer secret',
          'content-type': 'application/json',
          'user-agent': 'citadel-gateway',
        },
        body: { model: 'org/m:1', stream: true, messages: [{ role: 'user', content: 'Go on' }] },
      });
    });

    it('sends no authorization without a key', async () => {
      const keyless = createBackend(new OpenAiBackends(), `${server.origin}/some/path/v1`);
      const { failure } = await ask(keyless, toRequest());
      expect(failure?.code).toBe('upstream_auth');
      expect(failure?.message).not.toContain('API key');
      expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
      await keyless.close();
    });

    it('completes a prompt', async () => {
      server.answer({ pieces: ['a', '', 'b'], finishReason: 'length', promptTokens: 4, completionTokens: 2 });
      const { pieces, reason, usage } = await ask(backend, toRequest({ prompt: 'Once' }));
      expect({ pieces, reason, usage }).toEqual({
        pieces: ['a', 'b'],
        reason: 'length',
        usage: { promptTokens: 4, completionTokens: 2 },
      });
      expect(server.requests[0]).toMatchObject({
        path: '/some/path/v1/completions',
        body: { prompt: 'Once' },
      });
    });

    describe.each(Object.entries(DIALECTS))('as %s speaks', (_name, dialect) => {
      beforeEach(() => {
        server.dialect = dialect;
      });

      it('reads text, reasoning and usage', async () => {
        server.answer({ reasoning: ['think', ' ä'], pieces: AWKWARD_PIECES, cachedTokens: 3 });
        const sink = await ask(backend, toRequest());
        expect(sink.pieces).toEqual(AWKWARD_PIECES);
        expect(sink.reasoningText).toBe('think ä');
        expect(sink.reason).toBe('stop');
        expect(sink.usage).toEqual({ promptTokens: 9, completionTokens: 13, cachedTokens: 3 });
        expect(sink.violations).toEqual([]);
      });

      it('reads tool calls', async () => {
        server.answer({ toolCalls: CALLS });
        const { toolCalls, reason, violations } = await ask(backend, toRequest());
        const joined = CALLS.map((_call, index) => {
          const pieces = toolCalls.filter((piece) => piece.index === index);
          return {
            id: pieces[0]?.id,
            name: pieces[0]?.name,
            arguments: pieces.map((piece) => piece.arguments).join(''),
          };
        });
        expect(joined).toEqual(CALLS);
        expect(toolCalls.filter(({ id, name }) => id !== undefined || name !== undefined)).toHaveLength(2);
        expect(reason).toBe('tool_calls');
        expect(violations).toEqual([]);
      });

      it('hears of a failure in the middle', async () => {
        server.answer({ pieces: ['a', 'b'], error: 'out of memory' });
        const { pieces, failure } = await ask(backend, toRequest());
        expect(pieces).toEqual(['a', 'b']);
        expect(failure).toMatchObject({
          code: 'upstream_error',
          message: 'The model server failed: out of memory',
        });
      });
    });

    it('reads the one document of a server that does not stream', async () => {
      server.script(async (exchange) => {
        const message = { role: 'assistant', content: 'all at once' };
        const body = {
          choices: [{ index: 0, message, finish_reason: 'stop' }],
          usage: { completion_tokens: 3 },
        };
        await exchange.respond(200, { 'Content-Type': 'application/json' }, JSON.stringify(body));
      });
      const { pieces, reason, usage } = await ask(backend, toRequest());
      expect({ pieces, reason, usage }).toEqual({
        pieces: ['all at once'],
        reason: 'stop',
        usage: { completionTokens: 3 },
      });
    });

    it('does not take the words of a refused model for its own', async () => {
      const strict = await new FakeOpenAi({ models: ['known'] }).listen();
      const other = createBackend(new OpenAiBackends(), `${strict.origin}/v1`);
      expect((await ask(other, toRequest({ model: 'unknown' }))).failure?.code).toBe('model_not_found');
      await other.close();
      await strict.close();
    });

    it('lists models, and knows those that only embed by their names', async () => {
      const ids = [
        'org/fake-model:1',
        'text-embedding-3-small',
        'nomic-embed-text',
        'BAAI/bge-m3',
        'all-MiniLM-L6',
        'e500',
      ];
      const listed = await new FakeOpenAi({ models: ids }).listen();
      const other = createBackend(new OpenAiBackends(), `${listed.origin}/v1`);
      const models = await other.listModels(AbortSignal.timeout(5000));
      expect(models[0]).toEqual({
        id: 'org/fake-model:1',
        created: 1_767_323_045,
        ownedBy: 'fake',
        chat: true,
      });
      expect(models.map(({ chat }) => chat)).toEqual([true, false, false, false, false, true]);
      await other.close();
      await listed.close();
    });

    it('lists what can be listed of a strange list, and rejects what is none', async () => {
      const strange = await new FakeUpstream().listen();
      const other = createBackend(new OpenAiBackends(), strange.origin);
      const listOf = (body: unknown) => {
        strange.script((exchange) => exchange.respond(200, {}, JSON.stringify(body)));
        return other.listModels(AbortSignal.timeout(5000));
      };
      expect(
        await listOf({ data: [null, { id: 5 }, { id: '' }, { id: 'm', created: 1.5, owned_by: 7 }] }),
      ).toEqual([{ id: 'm', created: 1, ownedBy: undefined, chat: true }]);
      expect(await listOf([{ id: 'bare' }])).toMatchObject([{ id: 'bare', chat: true }]);
      for (const none of [null, [], {}, { data: {} }, 'text']) {
        await expect(listOf(none)).rejects.toThrow('the answer lists no models');
      }
      await other.close();
      await strange.close();
    });

    it('is reachable when the list of models is', async () => {
      expect(await backend.probe(AbortSignal.timeout(5000))).toEqual({ reachable: true });
      expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
        'GET /some/path/v1/models',
      ]);
      const keyless = createBackend(new OpenAiBackends(), `${server.origin}/some/path/v1`);
      expect(await keyless.probe(AbortSignal.timeout(5000))).toEqual({
        reachable: false,
        error: 'status 401',
      });
      await keyless.close();
    });
  });
});
