import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import { readChatStream } from '../support/sse.js';
import { stalled } from '../support/stalled.js';

/** Far more than the kernel and the gateway keep for one client. */
const TOKENS = 200_000;
const TOKENS_PER_WRITE = 200;
const MIB = 1024 * 1024;

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** The next answer is that many numbered tokens, written as fast as they are taken. */
function answerLong(tokens = TOKENS): Gate<Exchange> {
  const gate = new Gate<Exchange>();
  gate.open();
  ollama.script(async (exchange) => {
    const line = ollama.toWire(ollama.piecePayload(exchange.request, ' t@')).toString();
    exchange.head(200, ollama.streamHeaders);
    await exchange.hold(gate);
    for (let from = 0; from < tokens; from += TOKENS_PER_WRITE) {
      const lines = Array.from({ length: TOKENS_PER_WRITE }, (_none, index) =>
        line.replace('@', String(from + index)),
      );
      await exchange.write(lines.join(''));
    }
    for (const payload of ollama.endPayloads(exchange.request)) await exchange.write(ollama.toWire(payload));
    await exchange.end();
  });
  return gate;
}

/** A client that asks, and reads only when it is told to. */
class SleepyClient {
  /** What came, as long as it was numbered tokens in their order. */
  tokens = 0;
  /** The last bytes that came. */
  tail = '';
  readonly closed: Promise<unknown>;

  private constructor(private readonly socket: Socket) {
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.setEncoding('latin1').on('error', () => undefined);
  }

  static async ask(port: number): Promise<SleepyClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const body = JSON.stringify({
      model: 'phi3',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    socket.write(
      'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    return new SleepyClient(socket);
  }

  wake(): void {
    let rest = '';
    this.socket.on('data', (text: string) => {
      rest += text;
      for (const [found] of rest.matchAll(/ t\d+(?=")/g)) if (found === ` t${this.tokens}`) this.tokens++;
      rest = rest.slice(rest.lastIndexOf('\n'));
      this.tail = (this.tail + text).slice(-2_000);
    });
  }

  leave(): void {
    this.socket.destroy();
  }
}

describe('a client that does not read', () => {
  it('pauses the upstream, costs little memory, and gets every token once it reads', async () => {
    const gate = answerLong();
    const before = process.memoryUsage().rss;
    const client = await SleepyClient.ask(gateway.port);
    const exchange = await gate.reached;
    await stalled(exchange);

    const [generation] = gateway.app.get(GenerationRegistry).all;
    expect(exchange.isOver).toBe(false);
    expect(generation!.log.count).toBeLessThan(TOKENS / 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);

    client.wake();
    await client.closed;
    expect(client.tokens).toBe(TOKENS);
    expect(client.tail).toMatch(
      /"finish_reason":"stop"[^\n]*\n\n(?:\r\n[0-9a-f]+\r\n)?data: \[DONE\]\n\n\r\n0\r\n\r\n$/,
    );
    const record = await gateway.storage.outcomeOf(generation!.id);
    expect(record).toMatchObject({
      outcome: { status: 'finished' },
      generatedPieces: TOKENS,
      deliveredPieces: TOKENS,
    });
    expect(record.readerWaits).toBeGreaterThan(0);
  });

  it('keeps nobody else waiting', async () => {
    const gate = answerLong();
    const slow = await SleepyClient.ask(gateway.port);
    const exchange = await gate.reached;
    await stalled(exchange);
    const written = exchange.flushedBytes;

    answerLong(2_000);
    const fast = await readChatStream(await askChat(gateway, { stream: true }));
    expect(fast).toMatchObject({ finishReason: 'stop', done: true });
    expect(fast.text).toBe(Array.from({ length: 2_000 }, (_none, index) => ` t${index}`).join(''));
    expect([exchange.flushedBytes, exchange.isOver]).toEqual([written, false]);
    slow.leave();
    expect(await exchange.closed).toHaveProperty('closedBy', 'client');
  });

  describe('for too long', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

    async function drop(): Promise<SleepyClient> {
      const gate = answerLong();
      const client = await SleepyClient.ask(gateway.port);
      const exchange = await gate.reached;
      await stalled(exchange);
      const { id } = gateway.storage.begins.at(-1)!;
      vi.advanceTimersByTime(29_000);
      expect(exchange.isOver).toBe(false);
      vi.advanceTimersByTime(1_000);
      expect(await exchange.closed).toHaveProperty('closedBy', 'client');

      const record = await gateway.storage.outcomeOf(id);
      expect(record.outcome).toEqual({ status: 'cancelled', reason: 'slow_client' });
      expect(record.deliveredPieces).toBeGreaterThan(0);
      expect(record.deliveredPieces).toBeLessThan(record.generatedPieces);
      return client;
    }

    it('is told so, and gets nothing more', async () => {
      const client = await drop();
      const record = gateway.storage.outcomes.at(-1)!;
      client.wake();
      await client.closed;

      expect(client.tokens).toBe(record.deliveredPieces);
      expect(client.tail).toMatch(/data: {"error":{[^\n]*"code":"slow_client"}}\n\n\r\n0\r\n\r\n$/);
      expect(client.tail).not.toContain('[DONE]');
    });

    it('loses its connection when it does not even take that', async () => {
      const client = await drop();
      vi.advanceTimersByTime(5_000);
      client.wake();
      await client.closed;

      expect(client.tail).not.toContain('slow_client');
    });
  });
});
