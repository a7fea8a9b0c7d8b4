import { Inject, Injectable } from '@nestjs/common';
import type { WireText } from '../../../contracts/wire-text.js';
import { CLOSE } from '../connections/close-code.js';
import { ConnectionManager } from '../connections/connection-manager.js';
import type { LiveConnection } from '../connections/live-connection.js';
import type { ChannelName } from './channel.js';
import { ChannelHub } from './channel-hub.js';
import type { Listener, Subscription } from './subscription.js';

/** Spells a message of a channel for one kind of connection; without a line end. */
export type Spelling = (channel: ChannelName, message: WireText) => WireText;

/** Channels for clients on sockets: each listens to what it asked for, on the connection it has. */
@Injectable()
export class ConnectionChannels {
  private readonly watched = new WeakSet<LiveConnection>();

  constructor(
    @Inject(ChannelHub) private readonly hub: ChannelHub,
    @Inject(ConnectionManager) private readonly manager: ConnectionManager,
  ) {}

  /** Throws for a channel that does not exist or is switched off. Twice is once. */
  subscribe(connection: LiveConnection, name: unknown, spell: Spelling): ChannelName {
    const channel = this.hub.requireChannel(name);
    if (connection.subscriptions.has(channel)) return channel;
    const subscription = this.hub.subscribe(channel, this.toListener(connection, spell));
    connection.subscriptions.set(channel, subscription);
    this.leaveWhenGone(connection);
    return channel;
  }

  unsubscribe(connection: LiveConnection, name: unknown): ChannelName {
    const channel = this.hub.requireChannel(name);
    const subscription = connection.subscriptions.get(channel) as Subscription | undefined;
    if (subscription !== undefined) this.hub.unsubscribe(subscription);
    connection.subscriptions.delete(channel);
    return channel;
  }

  /** Once for each connection, however often it subscribes. */
  private leaveWhenGone(connection: LiveConnection): void {
    if (this.watched.has(connection)) return;
    this.watched.add(connection);
    connection.onGone.add(() => this.leave(connection));
  }

  private leave({ subscriptions }: LiveConnection): void {
    for (const subscription of subscriptions.values()) this.hub.unsubscribe(subscription as Subscription);
    subscriptions.clear();
  }

  private toListener(connection: LiveConnection, spell: Spelling): Listener {
    const { manager } = this;
    return {
      get isWaiting() {
        return connection.isWaiting;
      },
      nextSequence: connection.nextSequence,
      deliver: (channel, message) => void connection.send(`${spell(channel, message)}\n`),
      drop: (reason) => {
        // Its farewell takes a while, in which nothing more is meant for it.
        this.leave(connection);
        connection.close(CLOSE.overloaded, reason);
      },
      slow: (policy) => manager.slowClient(policy),
    };
  }
}
