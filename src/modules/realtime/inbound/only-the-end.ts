import type { FrameWriter } from '../../../contracts/stream-dialect.js';

/** One message with the whole answer, for a client that wants no stream. */
export const onlyTheEnd = (writer: FrameWriter): FrameWriter => ({
  open: () => '',
  text: () => '',
  reasoning: () => '',
  toolCall: () => '',
  finished: (ending) => writer.finished(ending),
  failed: (failure, ending) => writer.failed(failure, ending),
  cancelled: (reason, ending) => writer.cancelled(reason, ending),
});
