import { describe, expect, it } from 'vitest';
import type { ChannelName } from './channel.js';
import { Subscription, toBroadcast, type Listener } from './subscription.js';

class TestListener implements Listener {
  isWaiting = false;
  readonly said: number[] = [];
  readonly slowed: string[] = [];
  dropped: string | undefined;
  private sequence = 0;

  nextSequence = () => ++this.sequence;
  deliver = (_channel: ChannelName, message: string) => {
    this.said.push((JSON.parse(message) as { data: { n: number } }).data.n);
  };
  drop = (reason: string) => void (this.dropped = reason);
  slow = (policy: string) => void this.slowed.push(policy);
}

function listenTo(channel: ChannelName, mostBytes = 1_000) {
  const listener = new TestListener();
  const subscription = new Subscription(channel, listener, mostBytes);
  const tell = (...numbers: number[]) => {
    for (const n of numbers) subscription.tell(toBroadcast({ n }));
  };
  const wake = () => {
    listener.isWaiting = false;
    subscription.onRoom();
  };
  return { listener, tell, wake };
}

describe(Subscription.name, () => {
  it('says everything to a listener that keeps up', () => {
    const { listener, tell } = listenTo('metrics');
    tell(1, 2, 3);
    expect(listener).toMatchObject({ said: [1, 2, 3], slowed: [] });
  });

  it.each(['metrics', 'status'] as const)('keeps the latest of %s for a slow one', (channel) => {
    const { listener, tell, wake } = listenTo(channel);
    listener.isWaiting = true;
    tell(1, 2, 3);
    wake();
    tell(4);
    expect(listener).toMatchObject({ said: [3, 4], slowed: ['coalesce', 'coalesce'], dropped: undefined });
  });

  it('keeps every alert for a slow one, in their order', () => {
    const { listener, tell, wake } = listenTo('alerts');
    listener.isWaiting = true;
    tell(1, 2, 3);
    wake();
    expect(listener).toMatchObject({ said: [1, 2, 3], slowed: [] });
  });

  it('lets go of one that lets too many alerts wait, and says so', () => {
    const { listener, tell } = listenTo('alerts', 20);
    listener.isWaiting = true;
    tell(1, 2, 3);
    expect(listener).toMatchObject({ said: [], slowed: ['close'], dropped: 'alerts were not read in time' });
  });
});
