import { toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { CHANNEL_KINDS, type ChannelName } from './channel.js';

/** Data that is said to many, spelled once. */
export interface Broadcast {
  readonly timestamp: string;
  readonly data: WireText;
}

export const toBroadcast = (data: object): Broadcast => ({
  timestamp: new Date().toISOString(),
  data: toWireJson(data),
});

/** Whoever listens to channels. */
export interface Listener {
  /** Whether it has not taken what it was sent before. */
  readonly isWaiting: boolean;
  /** Number of the next message to it. */
  nextSequence(): number;
  /** One message: an envelope as wire text. */
  deliver(channel: ChannelName, message: WireText, sequence: number): void;
  /** It is let go, and told why where its protocol can say so. */
  drop(reason: string): void;
  slow(policy: 'close' | 'coalesce'): void;
}

/** One listener on one channel, with what waits for it. */
export class Subscription {
  private readonly waiting: Broadcast[] = [];
  private waitingBytes = 0;

  constructor(
    readonly channel: ChannelName,
    readonly listener: Listener,
    private readonly mostBytes: number,
  ) {}

  tell(broadcast: Broadcast): void {
    if (!this.listener.isWaiting && this.waiting.length === 0) return this.send(broadcast);
    if (CHANNEL_KINDS[this.channel].slowClients === 'coalesce') {
      if (this.waiting.length > 0) this.listener.slow('coalesce');
      this.waiting[0] = broadcast;
      return;
    }
    this.waitingBytes += broadcast.data.length;
    if (this.waitingBytes > this.mostBytes) {
      this.listener.slow('close');
      return this.listener.drop(`${this.channel} were not read in time`);
    }
    this.waiting.push(broadcast);
  }

  /** The listener has room again. */
  onRoom(): void {
    while (this.waiting.length > 0 && !this.listener.isWaiting) {
      const broadcast = this.waiting.shift()!;
      this.waitingBytes = Math.max(0, this.waitingBytes - broadcast.data.length);
      this.send(broadcast);
    }
  }

  private send({ timestamp, data }: Broadcast): void {
    const sequence = this.listener.nextSequence();
    const type = CHANNEL_KINDS[this.channel].messageType;
    this.listener.deliver(
      this.channel,
      `{"message_type":"${type}","timestamp":"${timestamp}","data":${data},"sequence_id":${sequence}}`,
      sequence,
    );
  }
}
