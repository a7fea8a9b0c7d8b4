import { SseStream } from '../../../common/http/sse-stream.js';
import type { CancelReason } from '../../../contracts/generation-outcome.js';
import type { FrameWriter } from '../../../contracts/stream-dialect.js';
import { toHttpError } from '../../models/index.js';
import { LogReader, type Generation } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';
import { answerHeaders } from './answer-headers.js';

/** Streams a generation to the one who asked. Settles with the first byte, or rejects when there will be none. */
export function streamAnswer(call: AdmittedCall, generation: Generation, writer: FrameWriter): Promise<void> {
  const { profile, settings } = call.profile;
  return new Promise((resolve, reject) => {
    const leave = (reason: CancelReason) => generation.detach(reader, reason);
    const sse: SseStream = new SseStream(call.exchange.reply, {
      headers: () => answerHeaders(generation),
      settled: resolve,
      drained: () => reader.onDrain(),
      gone: () => leave('client_gone'),
      tooSlow: () => {
        leave('slow_client');
        return reader.farewell('slow_client');
      },
    });
    const reader: LogReader = new LogReader(generation, profile, settings, writer, {
      get committed() {
        return sse.committed;
      },
      write: (frames) => sse.write(frames),
      end: (frames) => sse.end(frames),
      refuse: (failure) => {
        sse.abandon();
        call.exchange.reply.headers(answerHeaders(generation));
        reject(toHttpError(failure, generation.head.model));
      },
    });
    generation.attach(reader);
  });
}
