import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnection } from './redis-connection.js';

/** Messages between processes, by channels of Redis. A message that nobody hears is lost. */
@Injectable()
export class RedisChannels implements OnApplicationShutdown {
  private readonly logger = new Logger(RedisChannels.name);
  private listener: Redis | undefined;
  private readonly hearers = new Map<string, (message: string) => void>();
  private subscribed = false;

  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {}

  get configured(): boolean {
    return this.connection.configured;
  }

  /** Whether what is said now is heard here: it is not while the connection comes back that listens. */
  get listening(): boolean {
    return this.subscribed;
  }

  /** One hearer a channel, from now on whenever Redis is there. */
  listen(channel: string, hear: (message: string) => void): void {
    this.hearers.set(channel, hear);
    this.listener ??= this.open();
    if (this.listener?.status === 'ready') this.subscribe(this.listener, channel);
  }

  /** Resolves with the number of processes that heard it. Rejects while Redis is away. */
  publish(channel: string, message: string): Promise<number> {
    return this.connection.run((client) => client.publish(channel, message));
  }

  onApplicationShutdown(): void {
    this.listener?.disconnect();
  }

  private open(): Redis | undefined {
    const listener = this.connection.listener();
    if (listener === undefined) return undefined;
    // Its own way of listening again would end the process when the connection is lost again before the answer.
    listener.on('ready', () => this.subscribe(listener, ...this.hearers.keys()));
    listener.on('message', (channel: string, message: string) => this.hear(channel, message));
    listener.on('close', () => (this.subscribed = false));
    // It says nothing itself, and would not find out that nobody speaks to it any more.
    this.connection.onReturn(() => {
      this.subscribed = false;
      listener.disconnect(true);
    });
    listener.connect().catch(() => undefined);
    return listener;
  }

  /** A connection that is lost before the answer comes back, and listens then. */
  private subscribe(listener: Redis, ...channels: string[]): void {
    listener.subscribe(...channels).then(
      () => (this.subscribed = listener.status === 'ready'),
      () => undefined,
    );
  }

  /** Anybody who reaches Redis may write to a channel. */
  private hear(channel: string, message: string): void {
    try {
      this.hearers.get(channel)?.(message);
    } catch (error) {
      this.logger.debug({ err: error, channel }, 'a message was not understood');
    }
  }
}
