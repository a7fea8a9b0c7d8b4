import { Inject, Injectable } from '@nestjs/common';
import { headerOf } from '../../common/http/request-context.js';
import type { Exchange } from '../../common/http/exchange.js';
import { LostStreams } from './lost-streams.js';
import { requireInside, streamPosition } from './stream-position.js';

const DEFAULT_DIALECT = 'openai';

/** Streams of generations that somebody else asked for, or that were lost on the way. */
@Injectable()
export class GenerationStreams {
  constructor(@Inject(LostStreams) private readonly streams: LostStreams) {}

  async read(id: string, query: Readonly<Record<string, unknown>>, exchange: Exchange): Promise<void> {
    const { request, reply } = exchange;
    const { position, returns } = streamPosition(
      id,
      query.starting_after,
      headerOf(request, 'last-event-id'),
    );
    const opened = await this.streams.openAt({ id, position, usualDialect: DEFAULT_DIALECT }, exchange);
    if (!opened.hasMore) {
      // A browser comes back for ever, until it is told that there is no more.
      if (returns) return void reply.status(204).send();
      requireInside(opened.source, position);
    }
    return opened.send();
  }
}
