import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heartbeat } from '../../src/common/http/heartbeat.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { turns } from '../support/event-loop.js';
import { eventually } from '../support/eventually.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { endWell, writePiece } from '../support/fault-scripts.js';
import { askChat, generationOf, post, readAlong, readUntil } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';

/** Ticks of the heartbeat in 30 s of silence. */
const SILENT_TICKS = 6;

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

function beat(times: number): void {
  for (let i = 0; i < times; i++) heartbeat.tick();
}
const withProfile = (profile: string) => ({ headers: { 'x-stream-profile': profile } });

describe.each(['voice', 'copilot', 'gui', 'generic', 'smooth'])(
  'profile %s, while the upstream is silent',
  (profile) => {
    it('has delivered the first piece', async () => {
      ollama.answer({ pieces: ['one', ' two', ' three'] });
      const gate = ollama.hold(1);
      const response = await askChat(gateway, { stream: true }, withProfile(profile));
      const { said, whole } = readUntil(response, '"content":"one"');
      await said;
      gate.open();

      expect(await whole).toMatchObject({ text: 'one two three', done: true });
    });

    it('has delivered everything that came within its deadline', async () => {
      ollama.answer({ pieces: ['one', ' two', ' three', ' four'] });
      const gate = ollama.hold(3);
      const askedAt = performance.now();
      const response = await askChat(gateway, { stream: true }, withProfile(profile));
      const { said, whole } = readUntil(response, 'three"');
      await said;
      const tookMs = performance.now() - askedAt;
      gate.open();

      expect(tookMs).toBeLessThan(2_000);
      expect(await whole).toMatchObject({ text: 'one two three four', done: true });
    });
  },
);

describe('30 s of silence', () => {
  /** A stream whose status has gone out, with a comment and nothing else. */
  async function kept() {
    ollama.answer({ pieces: ['late'] });
    const gate = ollama.hold(0);
    const asked = askChat(gateway, { stream: true });
    await gate.reached;
    beat(SILENT_TICKS);
    const response = await asked;
    return { gate, response, ...readUntil(response, ': ping\n\n') };
  }

  it('are broken by a comment, which brings the status, and the answer goes on', async () => {
    const { gate, response, said, whole } = await kept();
    await said;
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    gate.open();

    const stream = await whole;
    expect(stream).toMatchObject({ text: 'late', finishReason: 'stop', done: true });
    expect(stream.frames.map(({ comment }) => comment).filter(Boolean)).toEqual(['ping']);
  });

  it('make of a later failure an error frame', async () => {
    const gate = new Gate<Exchange>();
    ollama.script(async (exchange) => {
      await exchange.hold(gate);
      await exchange.respond(500, { 'Content-Type': 'application/json' }, '{"error":"out of memory"}');
    });
    const asked = askChat(gateway, { stream: true });
    await gate.reached;
    beat(SILENT_TICKS);
    const response = await asked;
    gate.open();
    const { whole } = readUntil(response, '');

    const stream = await whole;
    expect(response.status).toBe(200);
    expect(stream).toMatchObject({ finishReason: null, done: false, error: { code: 'upstream_error' } });
    expect(stream.chunks.at(-1)).toHaveProperty('error');
  });

  it('make of a cancellation an error frame', async () => {
    const { response, whole } = await kept();
    await post(`${gateway.url}/v1/generations/${generationOf(response)}/cancel`, {});

    expect(await whole).toMatchObject({ text: '', done: false, error: { code: 'cancelled' } });
  });

  it('are counted from the last frame', async () => {
    const gates = [new Gate<Exchange>(), new Gate<Exchange>()];
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      for (const [index, gate] of gates.entries()) {
        await writePiece(exchange, ollama, `piece ${index}`);
        await exchange.hold(gate);
      }
      await endWell(exchange, ollama);
    });
    const response = await askChat(gateway, { stream: true });
    let seen = '';
    const whole = readAlong(response, (sofar) => (seen = sofar));
    await eventually(() => seen.includes('piece 0'));
    beat(SILENT_TICKS - 1);
    gates[0]!.open();
    await eventually(() => seen.includes('piece 1'));
    beat(SILENT_TICKS - 1);
    await turns(20);
    expect(seen).not.toContain('ping');

    beat(1);
    await eventually(() => seen.includes(': ping'));
    gates[1]!.open();
    expect(await whole).toMatchObject({ text: 'piece 0piece 1', done: true });
  });
});
