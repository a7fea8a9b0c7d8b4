import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_SPLITS } from '../../../../test/support/byte-split.js';
import { turns } from '../../../../test/support/event-loop.js';
import { eventually, withDeadline } from '../../../../test/support/eventually.js';
import type { Exchange } from '../../../../test/support/exchange.js';
import type { FakeModelServer } from '../../../../test/support/fake-model-server.js';
import { Gate } from '../../../../test/support/gate.js';
import {
  faultText,
  getFault,
  UPSTREAM_CANARY,
  UPSTREAM_FAULTS,
} from '../../../../test/support/upstream-faults.js';
import type { ModelBackend } from '../../../contracts/model-backend.js';
import { RecordingSink } from './recording-sink.js';
import { ask } from './backend-under-test.js';
import { toRequest } from './to-request.js';

/** Pieces in which every byte matters: quotes, escapes, two to four bytes a character, a separator, markup. */
export const AWKWARD_PIECES = [
  'say "',
  'ä\\n',
  '\n\t',
  '日本',
  ' 🏰',
  '\u2028',
  '<b>&',
  '\u0000',
  "it's",
  ' \ud83d',
  '\udd11',
];

/** Far below every time-out, and enough for a machine that has much else to do. */
const AT_ONCE_MS = 1_000;
/** Turns of the event loop in which the end of a body follows the end that was said in it. */
const BODY_END = 50;

export interface NetworkBackendSubject<Server extends FakeModelServer> {
  readonly createServer: () => Server;
  readonly createBackend: (server: Server) => ModelBackend;
  /** Makes the next answer contain the pieces, one thought before them, and two tool calls after them. */
  readonly answerRichly: (server: Server, pieces: readonly string[]) => void;
}

/** Behaviour every backend on the network owes its callers, whatever it speaks. */
export function describeNetworkBackend<Server extends FakeModelServer>(
  name: string,
  { createServer, createBackend, answerRichly }: NetworkBackendSubject<Server>,
): void {
  let server: Server;
  let backend: ModelBackend;

  beforeEach(async () => {
    server = createServer();
    await server.listen();
    backend = createBackend(server);
  });

  afterEach(async () => {
    await backend.close();
    await server.close();
  });

  const start = (request = toRequest()) => {
    const sink = new RecordingSink();
    const call = backend.generate(request, sink);
    return { sink, call };
  };

  /** What the fake writes in one go. */
  const wireOf = (exchange: Exchange, pieces: readonly string[], end: boolean): Buffer =>
    Buffer.concat(
      [
        ...pieces.map((piece) => server.piecePayload(exchange.request, piece)),
        ...(end ? server.endPayloads(exchange.request) : []),
      ].map((payload) => server.toWire(payload)),
    );

  describe(`${name}: the bytes of an answer`, () => {
    it.each(ALL_SPLITS)('mean the same when they are cut %s', async (_name, split) => {
      answerRichly(server, AWKWARD_PIECES);
      const whole = await ask(backend, toRequest());
      server.split = split;
      const cut = await ask(backend, toRequest());
      expect(cut.comparable).toEqual(whole.comparable);
      expect(cut.pieces).toEqual(AWKWARD_PIECES);
      expect(cut.reasoningText).not.toBe('');
      expect(new Set(cut.toolCalls.map(({ index }) => index))).toEqual(new Set([0, 1]));
      expect(cut.reason).toBe('tool_calls');
      expect(cut.violations).toEqual([]);
    });

    it('go through one connection after the other answer', async () => {
      answerRichly(server, ['a']);
      for (let round = 0; round < 3; round += 1) {
        await ask(backend, toRequest());
        await turns(BODY_END);
      }
      expect(server.connections).toHaveLength(1);
    });
  });

  describe(`${name}: a fault of the upstream`, () => {
    for (const { name: fault, install, before, after, passesWith, endsByTimeout } of UPSTREAM_FAULTS) {
      if (endsByTimeout) {
        it(`"${fault}" is left to the caller, who aborts`, async () => {
          await install(server);
          const { sink, call } = start();
          await server.nextRequest();
          await turns(20);
          call.abort();
          await withDeadline(server.connectionClosed(0));
          expect(sink.events).toEqual([]);
        });
        continue;
      }
      if (before) {
        it(`"${fault}" before the first piece is ${before.code}`, async () => {
          await install(server);
          const { events, failure, violations } = await withDeadline(ask(backend, toRequest()));
          expect(events).toHaveLength(1);
          expect(failure).toMatchObject({ code: before.code });
          expect(failure?.retryAfterS).toBe(before.retryAfterS);
          expect(failure?.message).not.toContain(UPSTREAM_CANARY);
          expect(violations).toEqual([]);
          if (server.companion) expect(server.companion.requests).toEqual([]);
        });
      }
      if (after) {
        it(`"${fault}" after some pieces is ${after.frameCode}`, async () => {
          const gate = new Gate<Exchange>();
          await install(server, { afterPieces: 3, gate });
          const { sink } = start();
          await Promise.race([gate.reached, sink.ended]);
          await eventually(() => sink.joined === faultText(3) || sink.failure !== undefined);
          gate.open();
          await withDeadline(sink.ended);
          expect(faultText(3)).toContain(sink.joined);
          expect(sink.joined).not.toBe('');
          expect(sink.failure).toMatchObject({ code: after.frameCode });
          expect(sink.violations).toEqual([]);
        });
      }
      if (passesWith !== undefined) {
        it(`"${fault}" is none`, async () => {
          await install(server, { afterPieces: 2 });
          const { joined, reason, violations } = await withDeadline(ask(backend, toRequest()));
          expect(joined).toBe(faultText(2) + passesWith);
          expect(reason).toBe('stop');
          expect(violations).toEqual([]);
        });
      }
    }

    it('tells a caller what a refused request was refused for', async () => {
      await getFault('status 400 with JSON body').install(server);
      const { failure } = await ask(backend, toRequest());
      expect(failure?.message).toBe(
        'The model server refused the request. It said: the request is not right (400)',
      );
    });

    it('that cuts the last line is an answer that broke off, not a broken protocol', async () => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(wireOf(exchange, ['ä'], false));
        await exchange.write(wireOf(exchange, ['日本'], false).subarray(0, -30));
        await exchange.end();
      });
      const { joined, failure } = await ask(backend, toRequest());
      expect(joined).toBe('ä');
      expect(failure?.code).toBe('upstream_incomplete');
    });

    it('such as a line without an end stops being read soon', async () => {
      let taken = 0;
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(server.piecePayload(exchange.request, 'x').slice(0, -20));
        while (taken < 256 * 1024 * 1024) {
          await exchange.write('a'.repeat(64 * 1024));
          taken = exchange.flushedBytes;
        }
      });
      const { failure } = await withDeadline(ask(backend, toRequest()));
      expect(failure).toMatchObject({ code: 'upstream_protocol_error' });
      await withDeadline(server.connectionClosed(0));
      expect(taken).toBeLessThan(32 * 1024 * 1024);
    });
  });

  describe(`${name}: abort`, () => {
    it('closes the connection at once, before the head of the answer', async () => {
      const gate = server.hold(0);
      answerRichly(server, ['never']);
      const { sink, call } = start();
      const { connection } = await gate.reached;
      const at = performance.now();
      call.abort();
      const { closedAt, closedBy } = await withDeadline(connection.closed);
      expect(closedBy).toBe('client');
      expect(closedAt! - at).toBeLessThan(AT_ONCE_MS);
      expect(sink.events).toEqual([]);
    });

    it('closes the connection at once, in the middle of the answer', async () => {
      const gate = server.hold(2);
      answerRichly(server, ['a', 'b', 'c', 'd']);
      const { sink, call } = start();
      const { connection } = await gate.reached;
      await eventually(() => sink.events.length === 2);
      const at = performance.now();
      call.abort();
      const { closedAt } = await withDeadline(connection.closed);
      expect(closedAt! - at).toBeLessThan(AT_ONCE_MS);
      await turns(20);
      expect(sink.events).toHaveLength(2);
    });

    it('takes effect at once, also for what was read in the same bytes', async () => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(wireOf(exchange, ['a', 'b', 'c'], true));
        await exchange.closed;
      });
      const { sink, call } = start();
      sink.onEvent = () => call.abort();
      await withDeadline(server.connectionClosed(0));
      expect(sink.events).toEqual([['text', 'a']]);
    });

    it('works before the connection is made, and twice', async () => {
      const { sink, call } = start();
      call.abort();
      call.abort();
      await turns(50);
      expect(sink.events).toEqual([]);
      expect(server.openConnections).toEqual([]);
    });

    it('does nothing after the end, nor do pause and resume', async () => {
      answerRichly(server, ['a']);
      const { sink, call } = start();
      await sink.ended;
      call.abort();
      call.pause();
      call.resume();
      await turns(BODY_END);
      await ask(backend, toRequest());
      expect(server.connections).toHaveLength(1);
      expect(sink.violations).toEqual([]);
    });
  });

  describe(`${name}: pause`, () => {
    const PIECE = 'p'.repeat(32 * 1024);
    const PIECES = 1024;

    it('stops reading from the upstream until resume, and loses nothing', async () => {
      let exchange: Exchange | undefined;
      server.script(async (current) => {
        exchange = current;
        current.head(200, server.streamHeaders);
        const wire = wireOf(current, [PIECE], false);
        for (let sent = 0; sent < PIECES; sent += 1) await current.write(wire);
        await current.write(wireOf(current, [], true));
        await current.end();
      });
      const { sink, call } = start();
      sink.onEvent = () => {
        if (sink.events.length === 1) call.pause();
      };
      await sink.begun;
      const stalled = await standsStill(() => exchange!.flushedBytes);
      expect(stalled).toBeLessThan((PIECE.length * PIECES) / 2);
      expect(sink.pieces.length).toBeLessThan(8);

      call.resume();
      await withDeadline(sink.ended, { deadlineMs: 15_000 });
      expect(sink.pieces).toHaveLength(PIECES);
      expect(sink.joined.length).toBe(PIECE.length * PIECES);
      expect(sink.reason).toBe('stop');
    });

    it('before the answer has begun holds back its first piece', async () => {
      const gate = server.hold(0);
      answerRichly(server, ['a', 'b']);
      const { sink, call } = start();
      await gate.reached;
      call.pause();
      gate.open();
      await turns(50);
      expect(sink.events).toEqual([]);
      call.resume();
      await withDeadline(sink.ended);
      expect(sink.joined).toBe('ab');
    });

    it('ends with the answer: the connection serves the next one', async () => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(wireOf(exchange, ['a'], true));
        await exchange.end();
      });
      const { sink, call } = start();
      sink.onEvent = () => call.pause();
      await withDeadline(sink.ended);
      await turns(BODY_END);
      await ask(backend, toRequest());
      expect(server.connections).toHaveLength(1);
    });

    it('does not keep abort from closing the connection', async () => {
      const gate = server.hold(1);
      answerRichly(server, ['a', 'b']);
      const { sink, call } = start();
      sink.onEvent = () => call.pause();
      const { connection } = await gate.reached;
      await sink.begun;
      call.abort();
      await withDeadline(connection.closed);
      expect(sink.events).toHaveLength(1);
    });
  });

  describe(`${name}: the connection`, () => {
    it('is closed when the body goes on after the answer has ended', async () => {
      server.script(async (exchange) => {
        exchange.head(200, server.streamHeaders);
        await exchange.write(wireOf(exchange, ['a'], true));
        await exchange.closed;
      });
      const { reason } = await ask(backend, toRequest());
      expect(reason).toBe('stop');
      const { closedBy } = await withDeadline(server.connectionClosed(0));
      expect(closedBy).toBe('client');
    });

    it('that cannot be made after close is a failure, not an exception', async () => {
      await backend.close();
      const { failure } = await withDeadline(ask(backend, toRequest()));
      expect(failure?.code).toBe('upstream_unavailable');
    });
  });

  describe(`${name}: the cheap questions`, () => {
    it('are never answered by running a model', async () => {
      await backend.probe(AbortSignal.timeout(5000));
      await backend.listModels(AbortSignal.timeout(5000));
      expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    });

    it('say when the server cannot be reached', async () => {
      await server.refuse();
      expect(await backend.probe(AbortSignal.timeout(5000))).toEqual({
        reachable: false,
        error: 'unreachable',
      });
      await expect(backend.listModels(AbortSignal.timeout(5000))).rejects.toThrow('unreachable');
    });

    it('end when the asker gives up', async () => {
      server.freeze();
      const controller = new AbortController();
      const health = backend.probe(controller.signal);
      const models = backend.listModels(controller.signal);
      await eventually(() => server.requests.length === 2);
      controller.abort();
      expect(await withDeadline(health)).toEqual({ reachable: false, error: 'no answer in time' });
      await expect(models).rejects.toThrow('no answer in time');
      await withDeadline(Promise.all([server.connectionClosed(0), server.connectionClosed(1)]));
    });

    it('end at once when the asker has given up before', async () => {
      server.freeze();
      expect(await withDeadline(backend.probe(AbortSignal.abort()))).toMatchObject({ reachable: false });
    });
  });
}

/** The value once it has not moved for a hundred turns of the event loop. */
async function standsStill(read: () => number): Promise<number> {
  for (let last = -1; ; await turns(100)) {
    const value = read();
    if (value === last) return value;
    last = value;
  }
}
