import type { CancelReason } from '../../../contracts/generation-outcome.js';
import type { FrameWriter } from '../../../contracts/stream-dialect.js';
import type { TunedProfile } from '../../agents/index.js';
import { LogReader, type FollowedLog, type StreamSink } from '../../generation/index.js';
import type { LiveConnection } from './live-connection.js';

export interface Following {
  readonly source: FollowedLog;
  readonly profile: TunedProfile;
  readonly writer: FrameWriter;
  /** First entry of the log the client wants. */
  readonly position?: number;
}

/** A log on its way to a connection. */
export class GenerationFeed {
  private readonly reader: LogReader;
  readonly source: FollowedLog;

  private constructor(connection: LiveConnection, { source, profile, writer, position }: Following) {
    this.source = source;
    const sink: StreamSink = {
      // A socket has no status: what fails before the first token is said in a message as well.
      committed: true,
      write: (frames) => connection.send(frames),
      end: (frames) => {
        connection.send(frames);
        connection.feedEnded(this);
      },
      refuse: () => undefined,
    };
    this.reader = new LogReader(source, profile.profile, profile.settings, writer, sink, position);
  }

  /**
   * Begins to write, from the next turn of the event loop on. It takes the place of an earlier one of the same
   * generation: the client could not tell their messages apart.
   */
  static open(connection: LiveConnection, following: Following): GenerationFeed {
    const feed = new GenerationFeed(connection, following);
    following.source.attach(feed.reader);
    // It may have gone while its answer was looked for: then it leaves what it has just begun.
    if (connection.closed) {
      feed.leave('client_gone');
      return feed;
    }
    for (const earlier of connection.feeds) {
      if (earlier.source.id !== feed.source.id) continue;
      connection.feeds.delete(earlier);
      earlier.leave('client_gone');
    }
    connection.feeds.add(feed);
    return feed;
  }

  /** Where a client that comes back goes on. */
  get resumeAt(): string {
    return `${this.source.id}:${this.reader.position - 1}`;
  }

  onDrain(): void {
    this.reader.onDrain();
  }

  leave(reason: CancelReason): void {
    this.source.detach(this.reader, reason);
  }

  /** The client does not read. Returns what it is told last. */
  farewell(): string {
    this.leave('slow_client');
    return this.reader.farewell('slow_client');
  }
}
