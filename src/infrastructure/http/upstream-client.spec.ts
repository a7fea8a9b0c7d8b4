import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/event-loop.js';
import { eventually, withDeadline } from '../../../test/support/eventually.js';
import type { Exchange, Framing } from '../../../test/support/exchange.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { Gate } from '../../../test/support/gate.js';
import { UpstreamClient, type UpstreamCall, type UpstreamHandler } from './upstream-client.js';
import type { UpstreamFault } from './upstream-fault.js';

/** Keeps what a call hears. */
class Recorder implements UpstreamHandler {
  readonly heard: string[] = [];
  body = '';
  contentType: string | undefined;
  faulted: UpstreamFault | undefined;
  readonly over: Promise<this>;
  onData: () => void = () => undefined;
  private markOver!: () => void;

  constructor() {
    this.over = new Promise((resolve) => (this.markOver = () => resolve(this)));
  }

  head(...[status, headers]: Parameters<UpstreamHandler['head']>): void {
    this.heard.push(`head ${status}`);
    this.contentType = headers.get('content-type');
  }

  data(chunk: Buffer): void {
    if (this.heard.at(-1) !== 'data') this.heard.push('data');
    this.body += chunk.toString('latin1');
    this.onData();
  }

  end(): void {
    this.heard.push('end');
    this.markOver();
  }

  fault(fault: UpstreamFault): void {
    this.heard.push(`fault ${fault.kind}`);
    this.faulted = fault;
    this.markOver();
  }
}

describe(UpstreamClient.name, () => {
  let server: FakeUpstream;
  let client: UpstreamClient;

  beforeEach(async () => {
    server = await new FakeUpstream().listen();
    client = new UpstreamClient({
      baseUrl: `${server.origin}/prefix/v1/`,
      connectTimeoutMs: 2000,
      headers: { authorization: 'Bearer k', 'x-both': 'client' },
    });
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const send = (recorder = new Recorder(), path = '/a'): { recorder: Recorder; call: UpstreamCall } => ({
    recorder,
    call: client.send({ method: 'POST', path, body: '{"ä":1}', headers: { 'x-both': 'request' } }, recorder),
  });

  /** Sends some of a body and holds. */
  const scriptHeld = (framing?: Framing): Gate<Exchange> => {
    const gate = new Gate<Exchange>();
    server.script(async (exchange) => {
      exchange.head(200, { 'Content-Type': 'text/plain' }, framing);
      await exchange.write('some');
      await exchange.hold(gate);
      await exchange.write(' more');
      await exchange.end();
    });
    return gate;
  };

  describe('send', () => {
    it('keeps the path of the base, and lets a request override its headers', async () => {
      server.script((exchange) => exchange.respond(200, { 'Content-Type': 'text/plain' }, 'hi'));
      const { heard, body, contentType } = await send().recorder.over;
      expect({ heard, body, contentType }).toEqual({
        heard: ['head 200', 'data', 'end'],
        body: 'hi',
        contentType: 'text/plain',
      });
      const [request] = server.requests;
      expect(request).toMatchObject({ method: 'POST', path: '/prefix/v1/a', body: { ä: 1 } });
      expect(request?.headers).toMatchObject({ authorization: 'Bearer k', 'x-both': 'request' });
      expect(request?.headers['accept-encoding']).toBeUndefined();
    });

    it('uses a connection again, and another one while it is busy', async () => {
      server.script((exchange) => exchange.respond(200, {}, 'hi'));
      for (let round = 0; round < 3; round += 1) {
        await send().recorder.over;
        await turns(10);
      }
      expect(server.connections).toHaveLength(1);
      await Promise.all([send().recorder.over, send().recorder.over]);
      expect(server.connections).toHaveLength(2);
    });

    it('does not follow a redirect', async () => {
      server.script((exchange) => exchange.respond(302, { Location: '/elsewhere' }, ''));
      expect((await send().recorder.over).heard).toEqual(['head 302', 'end']);
      expect(server.requests).toHaveLength(1);
    });

    it('takes no word of an informational answer', async () => {
      server.script(async (exchange) => {
        await exchange.raw('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
        await exchange.respond(200, {}, 'hi');
      });
      expect((await send().recorder.over).heard).toEqual(['head 200', 'data', 'end']);
    });

    it('tells what goes wrong instead of throwing it, also for a header that cannot be sent', async () => {
      const recorder = new Recorder();
      client.send({ method: 'GET', path: '/', headers: { 'x-bad': 'a\r\nb' } }, recorder);
      expect((await withDeadline(recorder.over)).heard).toEqual(['fault broken']);
    });
  });

  describe('a fault', () => {
    const faultOf = async (
      script: (exchange: Exchange) => Promise<void> | void,
    ): Promise<string | undefined> => {
      server.script(script);
      return (await withDeadline(send().recorder.over)).faulted?.kind;
    };

    it('is "unreachable" when nobody listens', async () => {
      await server.refuse();
      expect((await send().recorder.over).faulted?.kind).toBe('unreachable');
    });

    it('is "unreachable" after close', async () => {
      await client.close();
      expect((await send().recorder.over).faulted?.kind).toBe('unreachable');
    });

    it('is "broken" for a reset, an end before the head, and an end in the middle of any body', async () => {
      const broken = (framing: Framing, headers = {}) =>
        faultOf(async (exchange) => {
          exchange.head(200, headers, framing);
          await exchange.write('some');
          await exchange.endEarly();
        });
      expect(await faultOf((exchange) => exchange.reset())).toBe('broken');
      expect(await faultOf((exchange) => exchange.endEarly())).toBe('broken');
      expect(await broken('chunked')).toBe('broken');
      expect(await broken(1000)).toBe('broken');
      expect(await broken('chunked', { Connection: 'close' })).toBe('broken');
      expect(await broken(1000, { Connection: 'close' })).toBe('broken');
    });

    it('is "protocol" for bytes that are not HTTP', async () => {
      const raw = (bytes: string) =>
        faultOf(async (exchange) => {
          await exchange.raw(bytes);
          await exchange.closed;
        });
      expect(await raw('SSH-2.0-OpenSSH\r\n')).toBe('protocol');
      expect(await raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')).toBe('protocol');
      expect(await raw('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n')).toBe('protocol');
      expect(await raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)).toBe('protocol');
    });
  });

  describe('abort', () => {
    it('closes the connection at once, and the handler hears nothing more', async () => {
      const gate = scriptHeld();
      const { recorder, call } = send();
      const { connection } = await gate.reached;
      await eventually(() => recorder.body === 'some');
      const at = performance.now();
      call.abort();
      call.abort();
      expect((await withDeadline(connection.closed)).closedAt! - at).toBeLessThan(100);
      await turns(20);
      expect(recorder.heard).toEqual(['head 200', 'data']);
    });

    it('before the connection is made sends nothing', async () => {
      const { recorder, call } = send();
      call.abort();
      await turns(50);
      expect(recorder.heard).toEqual([]);
      expect(server.requests).toEqual([]);
    });

    it('within the handler is heard by nobody', async () => {
      const gate = scriptHeld();
      const { recorder, call } = send();
      recorder.onData = () => call.abort();
      await withDeadline((await gate.reached).connection.closed);
      expect(recorder.heard).toEqual(['head 200', 'data']);
    });
  });

  describe('pause', () => {
    it('holds the body back until resume', async () => {
      const gate = scriptHeld();
      const { recorder, call } = send();
      recorder.onData = () => call.pause();
      await gate.reached;
      await eventually(() => recorder.body === 'some');
      gate.open();
      await turns(50);
      expect(recorder.heard).toEqual(['head 200', 'data']);
      recorder.onData = () => undefined;
      call.resume();
      await withDeadline(recorder.over);
      expect(recorder.body).toBe('some more');
    });

    it('holds back the body of an answer that has not begun', async () => {
      server.script((exchange) => exchange.respond(200, {}, 'hi'));
      const { recorder, call } = send();
      call.pause();
      await eventually(() => recorder.heard.length > 0);
      await turns(20);
      expect(recorder.heard).toEqual(['head 200']);
      call.resume();
      expect((await withDeadline(recorder.over)).body).toBe('hi');
    });

    it('can be ended while another answer is being read', async () => {
      const gate = scriptHeld();
      const held = send();
      held.recorder.onData = () => held.call.pause();
      await gate.reached;
      await eventually(() => held.recorder.body === 'some');
      held.recorder.onData = () => undefined;
      gate.open();
      const other = send();
      other.recorder.onData = () => held.call.resume();
      await withDeadline(Promise.all([held.recorder.over, other.recorder.over]));
      expect([held.recorder.body, other.recorder.body]).toEqual(['some more', 'some more']);
    });

    const endings: readonly [
      name: string,
      framing: Framing,
      end: (exchange: Exchange) => unknown,
      heard: string,
    ][] = [
      ['ended', 'until-close', (exchange) => exchange.endEarly(), 'end'],
      ['reset', 'until-close', (exchange) => exchange.reset(), 'fault broken'],
      ['ended in a body of chunks', 'chunked', (exchange) => exchange.endEarly(), 'fault broken'],
      ['reset in a body of chunks', 'chunked', (exchange) => exchange.reset(), 'fault broken'],
      ['ended in a body of known length', 1000, (exchange) => exchange.endEarly(), 'fault broken'],
    ];
    it.each(endings)(
      'is survived when the connection is %s and not kept alive',
      async (_name, framing, end, heard) => {
        const gate = new Gate<Exchange>();
        server.script(async (exchange) => {
          exchange.head(200, { Connection: 'close' }, framing);
          await exchange.write('some');
          await exchange.hold(gate);
          await end(exchange);
        });
        const { recorder, call } = send();
        recorder.onData = () => call.pause();
        await gate.reached;
        await eventually(() => recorder.body === 'some');
        gate.open();
        await turns(50);
        call.resume();
        expect((await withDeadline(recorder.over)).heard).toEqual(['head 200', 'data', heard]);
      },
    );
  });
});
