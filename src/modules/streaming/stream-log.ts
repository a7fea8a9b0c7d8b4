import type { FastifyReply } from 'fastify';
import { SseStream } from '../../common/http/sse-stream.js';
import type { Failure } from '../../contracts/failure.js';
import type { CancelReason } from '../../contracts/generation-outcome.js';
import type { FrameWriter, StreamDialect } from '../../contracts/stream-dialect.js';
import type { TunedProfile } from '../agents/index.js';
import { flushClock, LogReader, type FollowedLog, type StreamSink } from '../generation/index.js';
import { toHttpError } from '../models/index.js';
import { answerHeaders } from './answer-headers.js';
import { RETRY_MS, withRetry } from './retry.js';

/** A log on its way to one client as server-sent events. */
export interface LogStream {
  readonly reply: FastifyReply;
  readonly source: FollowedLog;
  readonly profile: TunedProfile;
  readonly dialect: Pick<StreamDialect, 'headers' | 'opensAfterMs' | 'saysRetry'>;
  readonly writer: FrameWriter;
  /** First entry of the log the client wants. */
  readonly position?: number;
  /** Most milliseconds a browser should wait before it comes back, for dialects that say so. */
  readonly retryMs?: number;
  /** The status goes out before anything is known of the end: also what fails at once is said in the stream. */
  readonly opensAtOnce?: boolean;
}

/**
 * Not an object literal: V8 makes a new hidden class, which lives long, for every literal with an accessor, and it holds all
 * that the accessor sees, here the whole request.
 */
class ResponseSink implements StreamSink {
  constructor(
    private readonly sse: SseStream,
    private readonly refused: (failure: Failure) => void,
  ) {}

  get committed(): boolean {
    return this.sse.committed;
  }

  write(frames: string): boolean {
    return this.sse.write(frames);
  }

  end(frames: string): void {
    this.sse.end(frames);
  }

  refuse(failure: Failure): void {
    this.sse.abandon();
    this.refused(failure);
  }
}

/** Settles with the first byte, or rejects with what becomes an HTTP error when there will be none. */
export function streamLog(stream: LogStream): Promise<void> {
  const { reply, source, dialect } = stream;
  const writer = dialect.saysRetry ? withRetry(stream.writer, stream.retryMs ?? RETRY_MS) : stream.writer;
  const { profile, settings } = stream.profile;
  return new Promise((resolve, reject) => {
    const leave = (reason: CancelReason) => source.detach(reader, reason);
    const sse: SseStream = new SseStream(reply, {
      headers: () =>
        dialect.headers === undefined
          ? answerHeaders(source, reply)
          : { ...answerHeaders(source, reply), ...dialect.headers },
      settled: resolve,
      drained: () => reader.onDrain(),
      gone: () => leave('client_gone'),
      tooSlow: () => {
        leave('slow_client');
        return reader.farewell('slow_client');
      },
    });
    const sink = new ResponseSink(sse, (failure) => {
      reply.headers(answerHeaders(source, reply));
      reject(toHttpError(failure, source.head.model));
    });
    const reader: LogReader = new LogReader(source, profile, settings, writer, sink, stream.position);
    source.attach(reader);
    if (stream.opensAtOnce) reader.greet();
    if (dialect.opensAfterMs !== undefined) flushClock.ringIn(dialect.opensAfterMs, () => reader.greet());
  });
}
