import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { FakeAgentInstance } from '../../../test/support/fake-agent-instance.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { ask, createBackend } from '../shared/testing/backend-under-test.js';
import { describeNetworkBackend } from '../shared/testing/network-backend.contract.js';
import { RecordingSink } from '../shared/testing/recording-sink.js';
import { toRequest } from '../shared/testing/to-request.js';
import { AgentInstanceBackend, AgentInstanceBackends } from './backend.js';

const CALLS = [
  { id: 'call_1', name: 'first', arguments: '{"city":"Köln"}' },
  { id: 'call_2', name: 'second', arguments: '{}' },
];

describe(AgentInstanceBackend.name, () => {
  describeNetworkBackend(AgentInstanceBackend.name, {
    createServer: () => new FakeAgentInstance(),
    createBackend: (server) => createBackend(new AgentInstanceBackends(), server.origin),
    answerRichly: (server, pieces) => server.answer({ reasoning: ['hm "ö"'], pieces, toolCalls: CALLS }),
  });

  describe('with an instance', () => {
    let server: FakeAgentInstance;
    let backend: ModelBackend;

    beforeEach(async () => {
      server = await new FakeAgentInstance().listen();
      backend = createBackend(new AgentInstanceBackends(), server.origin);
    });

    afterEach(async () => {
      await backend.close();
      await server.close();
    });

    it('gives it the task as it was given, for the agent that was asked', async () => {
      const task = { text: 'Créer', context: { market: 'Zürich' } };
      const input = {
        kind: 'chat',
        messages: [{ role: 'user', content: 'Créer\n\nContext: …' }],
        task,
      } as const;
      const { joined, reason, usage } = await ask(backend, toRequest({ agent: 'product_manager', input }));
      expect({ joined, reason, usage }).toEqual({
        joined: 'Hello from the agent.',
        reason: 'stop',
        usage: { promptTokens: 1, completionTokens: 2 },
      });
      expect(server.requests[0]).toMatchObject({
        method: 'POST',
        path: '/agent/stream',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: { agent_type: 'product_manager', task: 'Créer', context: { market: 'Zürich' } },
      });
    });

    it('gives it a conversation as its last word, with what was said before', async () => {
      const messages = [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      ] as const;
      await ask(backend, toRequest({ messages }));
      await ask(backend, toRequest({ prompt: 'Once' }));
      expect(server.requests.map(({ body }) => body)).toEqual([
        {
          agent_type: 'tested',
          task: 'Hi',
          context: { messages: [{ role: 'system', content: 'Be brief.' }] },
        },
        { agent_type: 'tested', task: 'Once', context: {} },
      ]);
    });

    it('takes the text from the end when no token came before it', async () => {
      server.answer({ pieces: ['All ', 'at once'], onlyFinal: true });
      expect((await ask(backend, toRequest())).pieces).toEqual(['All at once']);
    });

    it.each([
      ['spaces as other encoders put them', '{"token": "\\u00e9", "text": "\\u00e9"}'],
      ['an id beside the token', '{"token":"é","text":"é","generation_id":"gen-1"}'],
      ['keys in another order', '{"text":"é","token":"é"}'],
    ])('reads tokens with %s', async (_name, frame) => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(`retry: 100\n: hello\nid: 1\ndata: ${frame}\n\n`);
        await exchange.write(server.toWire(server.endPayloads()[0]!));
        await exchange.end();
      });
      const { pieces, reason, violations } = await ask(backend, toRequest());
      expect({ pieces, reason, violations }).toEqual({ pieces: ['é'], reason: 'stop', violations: [] });
    });

    it.each([
      '{"token":7,"text":"a"}',
      '{"token":"a","text":["a"]}',
      '{"reasoning":{}}',
      '{"tool_call":[{"index":0,"name":"f","arguments":"{}"}]}',
      '{"tool_call":{"name":"f","arguments":"{}"}}',
      '{"tool_call":{"index":0,"name":"f","arguments":{}}}',
      '{"final":"yes","text":"a"}',
      '{"cancelled":"yes"}',
    ])('passes over nothing of an answer: %s fails', async (frame) => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(server.toWire(frame));
        await exchange.write(server.toWire(server.endPayloads()[0]!));
        await exchange.end();
      });
      expect((await ask(backend, toRequest())).failure).toMatchObject({ code: 'upstream_protocol_error' });
    });

    it('passes over what says nothing, and what it does not know', async () => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(server.toWire('{"token":null,"text":null,"tool_call":null,"final":null}'));
        await exchange.write(server.toWire('{"status":"running"}'));
        await exchange.write(server.toWire(server.endPayloads()[0]!));
        await exchange.end();
      });
      expect(await ask(backend, toRequest())).toMatchObject({ reason: 'stop', failure: undefined });
    });

    it('says that the model is not loaded in the instance’s own words', async () => {
      server.script((exchange) =>
        exchange.respond(503, { 'Content-Type': 'application/json' }, '{"detail":"Model not loaded"}'),
      );
      const refused = await ask(backend, toRequest());
      server.answer({ error: 'Model not loaded' });
      const reported = await ask(backend, toRequest());
      for (const { failure } of [refused, reported])
        expect(failure).toMatchObject({ code: 'server_busy', message: 'Model not loaded' });
    });

    it('says that the instance failed, or cancelled by itself, and no clean end', async () => {
      server.answer({ pieces: ['a'], error: 'out of memory' });
      expect((await ask(backend, toRequest())).failure).toMatchObject({
        code: 'upstream_error',
        message: 'The model server failed: out of memory',
      });
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(server.toWire('{"cancelled":true,"generation_id":"gen-1"}'));
        await exchange.end();
      });
      expect((await ask(backend, toRequest())).failure).toMatchObject({ code: 'upstream_error' });
    });

    it('passes a cancellation on by the id, and closes the connection', async () => {
      const gate = server.hold(1);
      server.answer({ pieces: ['a', 'b'] });
      const sink = new RecordingSink();
      const call = backend.generate(toRequest(), sink);
      const { connection } = await gate.reached;
      await sink.begun;
      call.abort();
      expect((await connection.closed).closedBy).toBe('client');
      await eventually(() => server.cancelled.length > 0);
      call.abort();
      expect(server.cancelled).toEqual(['gen-1']);
    });

    it('cancels nothing that has ended', async () => {
      const sink = new RecordingSink();
      const call = backend.generate(toRequest(), sink);
      await sink.ended;
      call.abort();
      await backend.probe(AbortSignal.timeout(5000));
      expect(server.cancelled).toEqual([]);
    });

    it('says who it is, which version runs, and that it has no models of its own', async () => {
      expect([backend.name, backend.kind]).toEqual(['tested', 'agent-instance']);
      expect(await backend.probe(AbortSignal.timeout(5000))).toEqual({ reachable: true, version: '4.0' });
      expect(await backend.listModels(AbortSignal.timeout(5000))).toEqual([]);
      await expect(
        backend.embed({ model: 'm', inputs: ['x'] }, AbortSignal.timeout(5000)),
      ).rejects.toMatchObject({ failure: { code: 'invalid_request' } });
    });
  });
});
