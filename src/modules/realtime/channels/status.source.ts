import { Inject, Injectable } from '@nestjs/common';
import { StreamingService } from '../streaming.service.js';
import type { ChannelSource } from './channel.js';

/** Looks for news come about once a second; without any, the status is said again after so many. */
const QUIET_LOOKS = 10;

/** How the gateway is: when it changes, and now and then. */
@Injectable()
export class StatusSource implements ChannelSource {
  readonly channel = 'status';
  private lastSaid = '';
  private quietLooks = 0;

  constructor(@Inject(StreamingService) private readonly service: StreamingService) {}

  snapshot(): Promise<readonly object[]> {
    return Promise.resolve([this.service.status()]);
  }

  news(): Promise<readonly object[]> {
    const status = this.service.status();
    const said = JSON.stringify({ ...status, connections: undefined });
    if (said === this.lastSaid && ++this.quietLooks < QUIET_LOOKS) return Promise.resolve([]);
    this.lastSaid = said;
    this.quietLooks = 0;
    return Promise.resolve([status]);
  }
}
