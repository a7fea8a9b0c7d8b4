import { get, type IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelHub } from '../../src/modules/realtime/channels/channel-hub.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await createGateway({ SSE_RETRY_TIMEOUT: '1234' });
});
afterAll(() => gateway.close());

/** What a listener of a channel reads, as it comes. */
class Listener {
  text = '';
  private constructor(readonly response: IncomingMessage) {
    const isGzip = response.headers['content-encoding'] === 'gzip';
    const body = isGzip ? response.pipe(createGunzip()) : response;
    body.on('data', (piece: Buffer) => (this.text += piece.toString()));
    body.on('error', () => undefined);
  }

  static open(acceptEncoding: string | undefined, path = 'metrics', at = gateway): Promise<Listener> {
    const headers = {
      origin: 'http://localhost:3000',
      ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
    };
    return new Promise((resolve, reject) => {
      get(`${at.url}/streaming/sse/${path}`, { headers }, (response) => resolve(new Listener(response))).on(
        'error',
        reject,
      );
    });
  }

  reads(text: string): Promise<string> {
    return eventually(
      () => this.text,
      (all) => all.includes(text),
    );
  }

  close(): void {
    this.response.destroy();
  }
}

describe('events of a channel', () => {
  it.each(['gzip', 'br, gzip;q=0.5', 'GZIP', 'deflate , gzip ; q=1.0'])(
    'are compressed where the client takes it, and each can be read when it comes: %s',
    async (acceptEncoding) => {
      const listener = await Listener.open(acceptEncoding);
      expect(listener.response.headers).toMatchObject({
        'content-encoding': 'gzip',
        'cache-control': 'no-cache, no-transform',
      });
      expect(listener.response.headers.vary).toMatch(/Accept-Encoding/);
      await listener.reads('retry: 1234\n\n');
      for (const figure of ['one', 'two', 'three']) {
        gateway.app.get(ChannelHub).publish('metrics', { figure });
        await listener.reads(`{"figure":"${figure}"}`);
      }
      listener.close();
    },
  );

  it.each([undefined, 'identity', 'br', 'gzip;q=0', 'gzip; q=0.00', 'notgzip'])(
    'are not where it does not: %s',
    async (acceptEncoding) => {
      const listener = await Listener.open(acceptEncoding);
      expect(listener.response.headers['content-encoding']).toBeUndefined();
      await listener.reads('retry: 1234\n\n');
      listener.close();
    },
  );

  it.each([
    ['of one event that is large', ['x'.repeat(40_000)]],
    ['of many that come at once', Array.from({ length: 20 }, () => 'x'.repeat(1_000))],
  ])('go on after the compressor had enough to do, %s', async (_, figures) => {
    const listener = await Listener.open('gzip', 'alerts');
    await listener.reads('retry: 1234\n\n');
    const hub = gateway.app.get(ChannelHub);
    for (const figure of figures) hub.publish('alerts', { figure });
    hub.flush();
    hub.publish('alerts', { figure: 'last' });
    hub.flush();
    await listener.reads('{"figure":"last"}');
    listener.close();
  });

  it('are not where it is switched off', async () => {
    const other = await createGateway({ STREAMING_COMPRESSION_ENABLED: 'off' });
    const listener = await Listener.open('gzip', 'status', other);
    expect(listener.response.headers['content-encoding']).toBeUndefined();
    listener.close();
    await other.close();
  });

  it('end as they should when the gateway does', async () => {
    const other = await createGateway({});
    const listener = await Listener.open('gzip', 'status', other);
    await listener.reads('event: status_update');
    const ended = new Promise((resolve) =>
      listener.response.once('end', () => resolve(listener.response.complete)),
    );
    await other.close();
    expect(await ended).toBe(true);
  });
});
