import { EventEmitter } from 'node:events';
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { WaitingClient } from './waiting-client.js';

/** As much of a reply as says that its client has left. */
function createReply() {
  const socket = Object.assign(new EventEmitter(), { destroyed: false });
  const raw = Object.assign(new EventEmitter(), { socket });
  return { raw, reply: { raw, request: { raw: { socket } } } as unknown as FastifyReply };
}

describe(WaitingClient.name, () => {
  const open = () => {
    const { raw, reply } = createReply();
    const heard: string[] = [];
    const client = new WaitingClient(reply, () => heard.push('client'));
    return { raw, heard, client, wait: (name: string) => client.onGone(() => heard.push(name)) };
  };

  it('tells all that wait for it when it leaves, once, and listens once for them', () => {
    const { raw, heard, client, wait } = open();
    for (const name of ['a', 'b', 'c']) wait(name);
    wait('over')();
    expect([raw.listenerCount('close'), client.isGone]).toEqual([1, false]);
    raw.emit('close');
    raw.emit('close');
    expect([heard, client.isGone]).toEqual([['a', 'b', 'c', 'client'], true]);
  });

  it('tells who comes too late when that one is there', async () => {
    const { raw, heard, wait } = open();
    raw.emit('close');
    wait('late');
    expect(heard).toEqual(['client']);
    await Promise.resolve();
    expect(heard).toEqual(['client', 'late']);
  });

  it('has not left when it was answered', () => {
    const { raw, heard, client, wait } = open();
    wait('a');
    client.answered();
    raw.emit('close');
    expect([heard, client.isGone]).toEqual([[], false]);
  });
});
