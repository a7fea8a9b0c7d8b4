import { Injectable } from '@nestjs/common';
import type {
  DialectOptions,
  FrameWriter,
  StreamDialect,
  StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat } from '../../../contracts/wire-text.js';
import { cancelFrame, chunkEnvelope, DONE, errorFrame } from './openai-frames.js';

/** `text_completion` objects and `[DONE]`, as OpenAI streams completions of a prompt. Has no word for reasoning. */
@Injectable()
export class OpenAiCompletionDialect implements StreamDialect {
  readonly name = 'openai-completion';

  writer(head: StreamHead, options: DialectOptions): FrameWriter {
    const { before, after, usage } = chunkEnvelope(head, 'text_completion', options);
    const textAfter = flat(`","logprobs":null,"finish_reason":null}${after}`);
    return {
      open: () => '',
      text: (text, choice) => `${before}{"index":${choice},"text":"${text}${textAfter}`,
      reasoning: () => '',
      toolCall: () => '',
      finished: ({ finishReasons, usage: counts }) => {
        const ends = finishReasons.map(
          (reason, choice) =>
            `${before}{"index":${choice},"text":"","logprobs":null,"finish_reason":"${toCompletionReason(reason)}"}${after}`,
        );
        return ends.join('') + (options.includeUsage ? usage(counts) : '') + DONE;
      },
      failed: errorFrame,
      cancelled: cancelFrame,
    };
  }
}

/** Completions know no tools. */
export const toCompletionReason = (reason: string): string => (reason === 'tool_calls' ? 'stop' : reason);
