import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { onClientGone } from './on-client-gone.js';

function replyTo(destroyed: boolean) {
  const socket = Object.assign(new EventEmitter(), { destroyed });
  const raw = Object.assign(new EventEmitter(), { socket });
  return { raw, reply: { raw, request: { raw: { socket } } } as unknown as FastifyReply };
}

const microtasks = () => Promise.resolve();

describe(onClientGone.name, () => {
  it('calls once, when the connection closes', () => {
    const { raw, reply } = replyTo(false);
    let calls = 0;
    onClientGone(reply, () => calls++);
    raw.emit('close');
    raw.emit('close');
    expect([calls, raw.listenerCount('close')]).toEqual([1, 0]);
  });

  it('calls once where it was closed before and says so again', async () => {
    const { raw, reply } = replyTo(true);
    let calls = 0;
    onClientGone(reply, () => calls++);
    expect(calls).toBe(0);
    await microtasks();
    raw.emit('close');
    expect(calls).toBe(1);
  });

  it('does not call who has stopped to listen', async () => {
    const { raw, reply } = replyTo(true);
    let calls = 0;
    onClientGone(reply, () => calls++)();
    await microtasks();
    raw.emit('close');
    expect(calls).toBe(0);
  });
});
