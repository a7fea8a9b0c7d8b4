import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import { SilentConnection } from '../connections/testing/silent-connection.js';
import { CHANNELS } from './channel.js';
import { ChannelHub } from './channel-hub.js';
import { ConnectionChannels } from './connection-channels.js';

const nothing = () => Promise.resolve([]);

let hub: ChannelHub;
let channels: ConnectionChannels;

beforeEach(() => {
  const streaming = {
    channels: { metrics: true, status: true, alerts: true },
    broadcasts: { bufferBytes: 1024, batchSize: 1, flushMs: 0 },
  };
  hub = new ChannelHub(
    { streaming } as unknown as AppConfig,
    CHANNELS.map((channel) => ({ channel, snapshot: nothing, news: nothing })),
  );
  channels = new ConnectionChannels(hub, {} as ConnectionManager);
});

const counts = () => CHANNELS.map((channel) => hub.countOf(channel));

describe(ConnectionChannels.name, () => {
  it('leaves all channels of a connection that is gone', () => {
    const connection = new SilentConnection();
    for (const channel of CHANNELS) channels.subscribe(connection, channel, (_, message) => message);
    expect(counts()).toEqual([1, 1, 1]);
    connection.close();
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('keeps nothing of channels that were left', () => {
    const connection = new SilentConnection();
    for (let i = 0; i < 10; i++) {
      channels.subscribe(connection, 'alerts', (_, message) => message);
      channels.unsubscribe(connection, 'alerts');
    }
    expect(counts()).toEqual([0, 0, 0]);
    expect(connection.onGone.size).toBe(1);
  });
});
