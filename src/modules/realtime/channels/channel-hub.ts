import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig, type StreamingConfig } from '../../../config/index.js';
import { CHANNELS, type ChannelName, type ChannelSource } from './channel.js';
import { ChannelSources } from './channel-sources.js';
import { Subscription, toBroadcast, type Broadcast, type Listener } from './subscription.js';

const LOOK_EVERY_MS = 1_000;

/** Says to all subscribers of a channel what its source has to say, each at its own pace. */
@Injectable()
export class ChannelHub implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ChannelHub.name);
  private readonly subscriptions = new Map<ChannelName, Set<Subscription>>(
    CHANNELS.map((channel) => [channel, new Set()]),
  );
  /** What has come together since the last flush. */
  private readonly pending: { readonly channel: ChannelName; readonly broadcast: Broadcast }[] = [];
  /** What comes first after a pause does not wait for company. */
  private flushedAt = -Infinity;
  private readonly config: StreamingConfig;
  private flushTimer: NodeJS.Timeout | undefined;
  private lookTimer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(AppConfig) { streaming }: AppConfig,
    @Inject(ChannelSources) private readonly sources: ChannelSources,
  ) {
    this.config = streaming;
  }

  onModuleInit(): void {
    this.lookTimer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.lookTimer);
    clearTimeout(this.flushTimer);
  }

  /** Throws for a channel that does not exist or is switched off. */
  requireChannel(name: unknown): ChannelName {
    const channel = CHANNELS.find((known) => known === name);
    if (channel !== undefined && this.config.channels[channel]) return channel;
    throw new GatewayError('invalid_value', `channel must be one of ${this.offered.join(', ')}`, {
      param: 'channel',
    });
  }

  /** The latest is told at once. Returns how to leave. */
  subscribe(channel: ChannelName, listener: Listener): Subscription {
    const subscription = new Subscription(channel, listener, this.config.broadcasts.bufferBytes);
    this.subscriptions.get(channel)!.add(subscription);
    void this.greet(subscription);
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.subscriptions.get(subscription.channel)!.delete(subscription);
  }

  countOf(channel: ChannelName): number {
    return this.subscriptions.get(channel)!.size;
  }

  publish(channel: ChannelName, data: object): void {
    if (this.countOf(channel) === 0) return;
    const { batchSize, flushMs } = this.config.broadcasts;
    this.pending.push({ channel, broadcast: toBroadcast(data) });
    if (this.pending.length >= batchSize) this.flush();
    else this.flushTimer ??= setTimeout(() => this.flush(), this.flushedAt + flushMs - performance.now());
  }

  /** @internal also called by tests in place of the timer */
  flush(): void {
    clearTimeout(this.flushTimer);
    this.flushTimer = undefined;
    this.flushedAt = performance.now();
    for (const { channel, broadcast } of this.pending.splice(0))
      for (const subscription of this.subscriptions.get(channel)!) subscription.tell(broadcast);
  }

  /** @internal also called by tests in place of the timer */
  async look(): Promise<void> {
    for (const source of this.sources) {
      if (this.countOf(source.channel) === 0 && !source.isAlwaysAwake) continue;
      const news = await this.ask(() => source.news());
      for (const data of news) this.publish(source.channel, data);
    }
  }

  private async greet(subscription: Subscription): Promise<void> {
    const source = this.sources.find(({ channel }) => channel === subscription.channel)!;
    const snapshot = await this.ask(() => source.snapshot());
    if (!this.subscriptions.get(subscription.channel)!.has(subscription)) return;
    for (const data of snapshot) subscription.tell(toBroadcast(data));
  }

  private async ask(question: () => ReturnType<ChannelSource['news']>): Promise<readonly object[]> {
    try {
      return await question();
    } catch (error) {
      this.logger.error({ err: error }, 'a channel has nothing to say');
      return [];
    }
  }

  private get offered(): readonly ChannelName[] {
    return CHANNELS.filter((channel) => this.config.channels[channel]);
  }
}
