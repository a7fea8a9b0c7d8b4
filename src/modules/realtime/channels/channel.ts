import type { MessageType } from '../websocket/envelope.js';

/** What can be subscribed to. */
export type ChannelName = 'metrics' | 'status' | 'alerts';

export const CHANNELS: readonly ChannelName[] = ['metrics', 'status', 'alerts'];

export interface ChannelKind {
  readonly messageType: MessageType;
  /**
   * What becomes of messages for a client that does not take them. `coalesce`: it gets the latest when it has room
   * again. `queue`: none is left out; who lets too many wait is told why, and let go.
   */
  readonly slowClients: 'coalesce' | 'queue';
}

export const CHANNEL_KINDS: Readonly<Record<ChannelName, ChannelKind>> = {
  metrics: { messageType: 'metrics_update', slowClients: 'coalesce' },
  status: { messageType: 'status_update', slowClients: 'coalesce' },
  alerts: { messageType: 'alert', slowClients: 'queue' },
};

/** Where what is said on a channel comes from. */
export interface ChannelSource {
  readonly channel: ChannelName;
  /** What a new subscriber is told first. */
  snapshot(): Promise<readonly object[]>;
  /** What there is to say now, called about once a second as long as there are subscribers. */
  news(): Promise<readonly object[]>;
  /** Whether `news` is wanted also while nobody listens. */
  readonly isAlwaysAwake?: boolean;
}
