import { Injectable } from '@nestjs/common';
import type {
  DialectOptions,
  FrameWriter,
  StreamDialect,
  StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat, fromWireText } from '../../../contracts/wire-text.js';
import { CompletionLogprobs, lengthOf } from './completion-logprobs.js';
import { cancelFrame, chunkEnvelope, DONE, errorFrame } from './openai-frames.js';

/** `text_completion` objects and `[DONE]`, as OpenAI streams completions of a prompt. Has no word for reasoning. */
@Injectable()
export class OpenAiCompletionDialect implements StreamDialect {
  readonly name = 'openai-completion';
  readonly saysLogprobs = true;

  writer(head: StreamHead, options: DialectOptions): FrameWriter {
    const { before, after, usage } = chunkEnvelope(head, 'text_completion', options);
    const textAfter = flat(`","logprobs":null,"finish_reason":null}${after}`);
    const scores: CompletionLogprobs[] = [];
    const scoresOf = (choice: number) =>
      (scores[choice] ??= new CompletionLogprobs(lengthBefore(options, choice)));
    return {
      open: () => '',
      text: (text, choice) => `${before}{"index":${choice},"text":"${text}${textAfter}`,
      scoredText: (text, logprobs, choice) =>
        `${before}{"index":${choice},"text":"${text}","logprobs":${scoresOf(choice).next(logprobs)},"finish_reason":null}${after}`,
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

/** A reader that comes back counts on. */
const lengthBefore = ({ before }: DialectOptions, choice: number): number =>
  lengthOf(fromWireText(before()[choice]?.text ?? ''));

/** Completions know no tools. */
export const toCompletionReason = (reason: string): string => (reason === 'tool_calls' ? 'stop' : reason);
