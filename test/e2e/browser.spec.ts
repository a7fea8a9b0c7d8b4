import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInBrowser } from '../support/browser.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';

const PIECES = ['Hé', 'llo', ' 👋'];
const WHOLE = PIECES.join('');
const LONG_MS = 60_000;

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: PIECES });
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    P8FS_CORS_ORIGINS: 'http://127.0.0.1:*',
  });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

describe('a page in Chromium', () => {
  it(
    'chats by Socket.IO, which begins with polling and is upgraded',
    async () => {
      const result = await runInBrowser<object>(`
        const socket = io('${gateway.url}');
        const first = socket.io.engine.transport.name;
        const events = [];
        socket.onAny((name, payload) => events.push({ name, text: payload.text }));
        socket.once('connect_error', (error) => done({ error: String(error) }));
        await new Promise((resolve) => socket.once('connect', resolve));
        if (socket.io.engine.transport.name === 'polling') await new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
        const closed = new Promise((resolve) => socket.once('close', resolve));
        const messages = [{ role: 'user', content: 'Hello' }];
        const { generation_id } = await socket.emitWithAck('chat', { model: 'phi3', messages });
        await closed;
        done({ first, last: socket.io.engine.transport.name, generation_id, events });
      `);
      expect(result).toEqual({
        first: 'polling',
        last: 'websocket',
        generation_id: expect.stringMatching(/^chatcmpl-/) as string,
        events: [
          { name: 'connected' },
          { name: 'status' },
          ...PIECES.map((text) => ({ name: 'chunk', text })),
          { name: 'complete', text: WHOLE },
          { name: 'close' },
        ],
      });
    },
    LONG_MS,
  );

  it(
    'gives an agent a task on a WebSocket, and listens to a channel',
    async () => {
      const result = await runInBrowser<object>(`
        const source = new EventSource('${gateway.url}/streaming/sse/status');
        const status = await new Promise((resolve) => source.addEventListener('status_update', resolve));
        source.close();
        const socket = new WebSocket('${gateway.url.replace('http', 'ws')}/ws/ai/stream');
        const tokens = [];
        socket.onopen = () => socket.send(JSON.stringify({
          agent_type: 'devops_engineer',
          task: 'Design CI/CD pipeline for microservices',
          context: {},
        }));
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(data);
          if (frame.token !== undefined) tokens.push(frame.token);
          if (frame.final) done({ service: JSON.parse(status.data).data.service, tokens, text: frame.text });
        };
        socket.onerror = () => done({ error: 'the WebSocket failed' });
      `);
      expect(result).toEqual({ service: 'streaming-api', tokens: PIECES, text: WHOLE });
    },
    LONG_MS,
  );
});
