import type { FrameWriter } from '../../contracts/stream-dialect.js';

/** Ends each event. */
const BORDER = '\n\n';
const OWN_NUMBER = /^id: .*\n/;

/**
 * Puts `id: <generation>:<seq>` into what a writer says, so that a client that lost the stream can say where it was
 * (WHATWG HTML, section 9.2.6). Of several events that are said at once the last has it: who has the id has them all.
 */
export function withEventIds(writer: FrameWriter, generation: string): FrameWriter {
  const named = (frames: string, seq: number) => {
    // A client that was let go before it had anything begins anew.
    if (frames === '' || seq < 0) return frames;
    const last = startOfLast(frames);
    // A number of the dialect's own would be taken for the place to come back to.
    const event = frames.slice(last).replace(OWN_NUMBER, '');
    return `${frames.slice(0, last)}id: ${generation}:${seq}\n${event}`;
  };
  return {
    open: () => writer.open(),
    // It comes again as part of a text: who stays away after it must be given that.
    ...(writer.piece === undefined ? {} : { piece: writer.piece }),
    text: (text, choice, seq) => named(writer.text(text, choice, seq), seq),
    ...(writer.scoredText && {
      scoredText: (text, logprobs, choice, seq) =>
        named(writer.scoredText!(text, logprobs, choice, seq), seq),
    }),
    reasoning: (text, choice, seq) => named(writer.reasoning(text, choice, seq), seq),
    ...(writer.refusal && {
      refusal: (text, choice, seq) => named(writer.refusal!(text, choice, seq), seq),
    }),
    toolCall: (delta, choice, seq) => named(writer.toolCall(delta, choice, seq), seq),
    finished: (ending) => named(writer.finished(ending), ending.seq),
    failed: (failure, ending) => named(writer.failed(failure, ending), ending.seq),
    cancelled: (reason, ending) => named(writer.cancelled(reason, ending), ending.seq),
  };
}

function startOfLast(frames: string): number {
  const border = frames.lastIndexOf(BORDER, frames.length - BORDER.length - 1);
  return border === -1 ? 0 : border + BORDER.length;
}
