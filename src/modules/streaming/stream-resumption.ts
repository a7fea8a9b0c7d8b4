import { Inject, Injectable } from '@nestjs/common';
import type { Exchange } from '../../common/http/exchange.js';
import { isGone } from '../generation/index.js';
import { lostPlaceOf, tellToStop, type LostPlace } from './come-back.js';
import { LostStreams, type Spelling } from './lost-streams.js';

/**
 * For event sources of browsers, which ask the same again whenever their stream ends: they are given the rest of it,
 * whichever replica they come to, and told to stop when there is none. No second answer is ever made for them.
 */
@Injectable()
export class StreamResumption {
  constructor(@Inject(LostStreams) private readonly streams: LostStreams) {}

  /** The rest of the answer; undefined when the request is a first one. */
  resume(exchange: Exchange, spelling: Spelling): Promise<void> | undefined {
    const place = lostPlaceOf(exchange.request);
    return place && this.goOn(place, exchange, spelling);
  }

  private async goOn(
    { generationId: id, seq }: LostPlace,
    exchange: Exchange,
    spelling: Spelling,
  ): Promise<void> {
    const opened = await this.streams
      .openAt({ ...spelling, id, position: seq + 1 }, exchange)
      .catch(undefinedWhenGone);
    if (opened?.hasMore) return opened.send();
    tellToStop(exchange.reply);
  }
}

function undefinedWhenGone(error: unknown): undefined {
  if (isGone(error)) return undefined;
  throw error;
}
