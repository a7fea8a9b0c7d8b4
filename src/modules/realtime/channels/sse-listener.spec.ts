import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../../contracts/principal.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import { SseListener } from './sse-listener.js';

type Taken = ((error?: Error | null) => void) | undefined;

/** An answer to a client that takes nothing until it is told to. */
function createListener() {
  const written: Taken[] = [];
  const raw = Object.assign(new EventEmitter(), {
    socket: null,
    chunkedEncoding: false,
    writeHead: () => undefined,
    write: (_frames: string, _encoding: string, taken: Taken) => {
      written.push(taken);
      return true;
    },
  });
  const request = { raw: { socket: Object.assign(new EventEmitter(), { destroyed: false }) } };
  const reply: object = {
    raw,
    request,
    hijack: () => undefined,
    headers: () => reply,
    getHeaders: () => ({}),
  };
  const ledger = new ConnectionLedger();
  const listener = new SseListener({
    principal: ANONYMOUS,
    reply: reply as FastifyReply,
    retryMs: 1,
    compresses: false,
    ledger,
    gone: () => undefined,
  });
  return { listener, written, figures: ledger.deliveries.sse };
}

describe(SseListener.name, () => {
  it('has delivered what its socket has taken, and nothing before', () => {
    const { listener, written, figures } = createListener();
    listener.deliver('metrics', '{}', 1);
    listener.deliver('metrics', '{}', 2);
    expect(figures).toMatchObject({ attempted: 2, delivered: 0 });
    written.at(-2)?.();
    expect(figures).toMatchObject({ attempted: 2, delivered: 1 });
    written.at(-1)?.(new Error('the client is gone'));
    expect(figures).toMatchObject({ attempted: 2, delivered: 1 });
  });
});
