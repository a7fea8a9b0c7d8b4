import type { FastifyReply } from 'fastify';
import type { GatewayError } from '../../common/errors/gateway.error.js';
import { SseStream } from '../../common/http/sse-stream.js';
import type { Principal } from '../../contracts/principal.js';
import type { StreamDialect } from '../../contracts/stream-dialect.js';
import type { TunedProfile } from '../agents/index.js';
import type { FollowedLog, StreamSink } from '../generation/index.js';
import type { Guest } from '../identity/index.js';
import { dialectOptions, RETRY_MS } from '../streaming/index.js';
import { ObservingReader } from './observing-reader.js';

export interface Observation {
  readonly reply: FastifyReply;
  readonly principal: Principal;
  readonly profile: TunedProfile;
  readonly dialect: StreamDialect;
  readonly frameText: 'so_far' | 'delta';
  /** It has left. */
  readonly gone: () => void;
}

/** One client that watches its running tasks, as they come and go, on one stream of server-sent events. */
export class TaskObserver implements Guest {
  private readonly readers = new Map<ObservingReader, FollowedLog>();
  private readonly sse: SseStream;
  private sequence = 0;

  constructor(private readonly observation: Observation) {
    const { reply, dialect } = observation;
    this.sse = new SseStream(reply, {
      headers: () => ({ ...dialect.headers }),
      settled: () => undefined,
      drained: () => {
        for (const reader of this.readers.keys()) reader.onDrain();
      },
      gone: () => this.leave(),
      tooSlow: () => {
        this.leave();
        return '';
      },
    });
    // The status goes out at once: there may be nothing to see for long.
    this.sse.write(`retry: ${RETRY_MS}\n\n`);
  }

  get principal(): Principal {
    return this.observation.principal;
  }

  /** Once, however often it is told of it. */
  watch(generation: FollowedLog): void {
    for (const watched of this.readers.values()) if (watched.id === generation.id) return;
    const { profile, dialect, frameText } = this.observation;
    const options = dialectOptions(generation, {
      frameText,
      isShared: true,
      nextSequence: () => ++this.sequence,
    });
    const writer = dialect.writer(generation.head, options);
    const sink = this.sinkFor(() => {
      this.readers.delete(reader);
      generation.detach(reader, 'client_gone');
    });
    const reader: ObservingReader = new ObservingReader(
      generation,
      profile.profile,
      profile.settings,
      writer,
      sink,
    );
    this.readers.set(reader, generation);
    generation.attach(reader);
  }

  /** Nothing more will come. */
  end(last = ''): void {
    this.sse.end(last);
    this.leave();
  }

  /** Its credential is good no more. A comment says so: there is no task that it would belong to. */
  expel({ message }: GatewayError): void {
    this.end(`: ${message}\n\n`);
  }

  private sinkFor(finish: () => void): StreamSink {
    const { sse } = this;
    return {
      committed: true,
      write: (frames) => sse.write(frames),
      end: (frames) => {
        sse.write(frames);
        finish();
      },
      refuse: finish,
    };
  }

  private leave(): void {
    for (const [reader, generation] of this.readers) generation.detach(reader, 'client_gone');
    this.readers.clear();
    this.observation.gone();
  }
}
