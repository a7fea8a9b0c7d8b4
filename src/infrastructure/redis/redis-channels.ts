import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { RedisConnection } from './redis-connection.js';

/** Messages between processes, by channels of Redis. A message that nobody hears is lost. */
@Injectable()
export class RedisChannels implements OnApplicationShutdown {
  private listener: Redis | undefined;
  private readonly hearers = new Map<string, (message: string) => void>();

  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {}

  get configured(): boolean {
    return this.connection.configured;
  }

  /** One hearer a channel. Resolves when messages come; never while Redis is away. */
  async listen(channel: string, hear: (message: string) => void): Promise<void> {
    this.listener ??= this.open();
    this.hearers.set(channel, hear);
    await this.listener?.subscribe(channel);
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
    // Its own way of listening again would end the process when the connection is lost again before the answer.
    listener?.on('ready', () => void listener.subscribe(...this.hearers.keys()).catch(() => undefined));
    listener?.on('message', (channel: string, message: string) => this.hearers.get(channel)?.(message));
    // It says nothing itself, and would not find out that nobody speaks to it any more.
    this.connection.onReturn(() => listener?.disconnect(true));
    return listener;
  }
}
