import { Injectable } from '@nestjs/common';
import type { FinishReason } from '../../../contracts/model-backend.js';
import type {
  DialectOptions,
  FrameWriter,
  StreamDialect,
  StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat, toWireJson } from '../../../contracts/wire-text.js';
import { cancelFrame, chunkEnvelope, DONE, errorFrame } from './openai-frames.js';

/** `chat.completion.chunk` objects and `[DONE]`, as OpenAI streams chat completions. */
@Injectable()
export class OpenAiChatDialect implements StreamDialect {
  readonly name = 'openai';
  readonly saysLogprobs = true;

  writer(head: StreamHead, options: DialectOptions): FrameWriter {
    const { before, after, usage } = chunkEnvelope(head, 'chat.completion.chunk', options);
    const closing = `},"logprobs":null,"finish_reason":null}${after}`;
    const delta = (choice: number) => `${before}{"index":${choice},"delta":{`;
    const textBefore = flat(`${delta(0)}"content":"`);
    const textAfter = flat(`"${closing}`);
    /** What each answer is opened with: clients take an empty text for one that was said. */
    const content: ('null' | undefined)[] = [];
    return {
      open: () =>
        eachChoice(
          head,
          (choice) => `${delta(choice)}"role":"assistant","content":${content[choice] ?? '""'}${closing}`,
        ),
      text: (text, choice) => (choice === 0 ? textBefore : `${delta(choice)}"content":"`) + text + textAfter,
      scoredText: (text, logprobs, choice) =>
        `${delta(choice)}"content":"${text}"},"logprobs":{"content":[${logprobs}],"refusal":null},"finish_reason":null}${after}`,
      reasoning: (text, choice) => {
        content[choice] = 'null';
        return `${delta(choice)}"${options.reasoningField}":"${text}${textAfter}`;
      },
      refusal: (text, choice) => `${delta(choice)}"refusal":"${text}${textAfter}`,
      toolCall: ({ index, id, name, arguments: piece, extra }, choice) => {
        content[choice] = 'null';
        if (options.saysFunctions) {
          const called = toWireJson({ name, arguments: piece });
          return index === 0 ? `${delta(choice)}"function_call":${called}${closing}` : '';
        }
        const call = {
          index,
          ...(id === undefined ? {} : { id, type: 'function' }),
          function: { name, arguments: piece },
          extra_content: extra,
        };
        return `${delta(choice)}"tool_calls":[${toWireJson(call)}]${closing}`;
      },
      finished: (ending) =>
        eachChoice(head, (choice) => {
          const reason = toChatReason(ending.finishReasons[choice] ?? 'stop', options);
          return `${before}{"index":${choice},"delta":{},"logprobs":null,"finish_reason":"${reason}"}${after}`;
        }) +
        (options.includeUsage ? usage(ending.usage) : '') +
        DONE,
      failed: errorFrame,
      cancelled: cancelFrame,
    };
  }
}

/** One call an answer was all there could be of functions. */
export const toChatReason = (
  reason: FinishReason,
  { saysFunctions }: Pick<DialectOptions, 'saysFunctions'>,
): string => (saysFunctions === true && reason === 'tool_calls' ? 'function_call' : reason);

function eachChoice({ choices }: StreamHead, frame: (choice: number) => string): string {
  let frames = '';
  for (let choice = 0; choice < choices; choice++) frames += frame(choice);
  return frames;
}
