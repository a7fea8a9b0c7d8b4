import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppConfig } from '../../src/config/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { askChat } from '../support/gateway-calls.js';

/** Passes on to the gateway what the gateway asks its model server, and counts. */
class Roundabout {
  gateway = '';
  chats = 0;
  private readonly server: Server = createServer((request, response) => {
    if (request.method === 'POST') this.chats += 1;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { via = '', 'content-type': type = 'application/json' } = request.headers;
      const body = chunks.length === 0 ? undefined : Buffer.concat(chunks);
      const headers = { via, 'content-type': type };
      fetch(`${this.gateway}${request.url}`, { method: request.method, headers, body }).then(
        async (answer) => response.writeHead(answer.status).end(await answer.text()),
        () => response.destroy(),
      );
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe('a model server whose address leads back to the gateway', () => {
  const roundabout = new Roundabout();
  let gateway: TestGateway;

  beforeAll(async () => {
    const origin = await roundabout.listen();
    gateway = await createGateway({ OPENAI_BASE_URL: `${origin}/v1`, MODELS_ADMIT: 'any' });
    roundabout.gateway = gateway.url;
  });
  afterAll(async () => {
    await gateway.close();
    await roundabout.close();
  });

  it('is asked once, and the caller hears of it', async () => {
    const response = await askChat(gateway, { model: 'anything' });
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ error: { type: 'upstream_error' } });
    expect(roundabout.chats).toBe(1);
  });

  it('is told so', async () => {
    const { via } = gateway.app.get(AppConfig).upstream;
    const response = await askChat(gateway, {}, { headers: { via: `1.0 other, ${via}` } });
    expect(response.status).toBe(508);
    expect(await response.json()).toMatchObject({ error: { code: 'loop_detected' } });
  });
});
