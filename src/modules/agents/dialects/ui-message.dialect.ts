import { Injectable } from '@nestjs/common';
import { toUsageDto } from '../../../common/dto/usage.dto.js';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import type { FinishReason } from '../../../contracts/model-backend.js';
import type {
  DialectOptions,
  FrameWriter,
  StreamDialect,
  StreamHead,
} from '../../../contracts/stream-dialect.js';
import { toWireJson } from '../../../contracts/wire-text.js';
import { DONE } from './openai-frames.js';
import { UiMessageParts } from './ui-message-parts.js';
import { UiMessageTools } from './ui-message-tools.js';

/** The parts of the Vercel AI SDK's UI message stream, version 1, as `useChat` reads them. */
@Injectable()
export class UiMessageDialect implements StreamDialect {
  readonly name = 'ui-message';
  readonly headers = { 'x-vercel-ai-ui-message-stream': 'v1' };

  writer(head: StreamHead, { before }: DialectOptions): FrameWriter {
    const parts = new UiMessageParts();
    const tools = new UiMessageTools(before);
    const failed = (message: string) => part({ type: 'error', errorText: message });
    return {
      open: () => part({ type: 'start', ...named(head) }) + part({ type: 'start-step' }),
      text: (text, choice) => parts.delta('text', choice, text),
      reasoning: (text, choice) => parts.delta('reasoning', choice, text),
      toolCall: (delta, choice) => parts.end(choice) + tools.delta(delta, choice),
      finished: ({ finishReasons, usage }) =>
        parts.endAll() +
        tools.endAll() +
        part({ type: 'finish-step' }) +
        part({
          type: 'finish',
          finishReason: FINISH_REASONS[finishReasons[0] ?? 'stop'],
          messageMetadata: { generation_id: head.id, model: head.model, usage: toUsageDto(usage) },
        }) +
        DONE,
      failed: ({ message }) => failed(message),
      cancelled: (reason) =>
        reason === 'cancelled' || reason === 'client_gone'
          ? part({ type: 'abort', reason })
          : failed(cancelFailure(reason).message),
    };
  }
}

const FINISH_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
};

/** The page knows by it which generation to stop, or to take up again. */
const named = ({ id, messageId }: StreamHead): object =>
  messageId === undefined ? { messageId: id } : { messageId, messageMetadata: { generation_id: id } };

const part = (value: object): string => `data: ${toWireJson(value)}\n\n`;
