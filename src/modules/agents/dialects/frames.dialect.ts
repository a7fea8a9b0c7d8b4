import { Injectable } from '@nestjs/common';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import type { Failure } from '../../../contracts/failure.js';
import type {
  DialectOptions,
  FrameWriter,
  StreamDialect,
  StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat, toWireJson } from '../../../contracts/wire-text.js';
import { tokenCounts, wholeAnswers } from './answer-words.js';
import { SoFar } from './so-far.js';

/** `{token, text}` objects and one with `final: true`. The first object also says the generation's id. */
@Injectable()
export class FramesDialect implements StreamDialect {
  readonly name = 'frames';

  writer(head: StreamHead, options: DialectOptions): FrameWriter {
    const { framing } = options;
    const start = flat(`${framing.before()}{`);
    const stop = flat(`}${framing.after}`);
    const id = `"generation_id":${toWireJson(head.id)}`;
    const texts = options.frameText === 'so_far' ? new SoFar(options.before) : undefined;
    const index = (choice: number) => (head.choices === 1 ? '' : `,"index":${choice}`);
    let isFirst = true;
    /** A frame of the stream's course, which says the id when it is the first, or one among others'. */
    const frame = (content: string, choice: number) => {
      const named = isFirst || options.isShared ? `,${id}` : '';
      isFirst = false;
      return start + content + index(choice) + named + stop;
    };
    const failed = ({ message, code }: Failure) =>
      `${start}"error":${toWireJson(message)},"code":"${code}",${id}${stop}`;
    return {
      open: () => '',
      text: (text, choice) =>
        frame(`"token":"${text}","text":"${texts?.after(text, choice) ?? text}"`, choice),
      reasoning: (text, choice) => frame(`"reasoning":"${text}"`, choice),
      toolCall: (delta, choice) => frame(`"tool_call":${toWireJson(delta)}`, choice),
      finished: (ending) =>
        `${start}"final":true,${wholeAnswers(ending)},"usage":${tokenCounts(ending.usage)},${id}${stop}`,
      failed,
      cancelled: (reason) =>
        reason === 'cancelled' || reason === 'client_gone'
          ? `${start}"cancelled":true,${id}${stop}`
          : failed(cancelFailure(reason)),
    };
  }
}
