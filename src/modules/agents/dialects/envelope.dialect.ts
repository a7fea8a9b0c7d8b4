import { Injectable } from '@nestjs/common';
import { toUsageDto } from '../../../common/dto/usage.dto.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import {
  SSE_FRAMING,
  type DialectOptions,
  type FrameWriter,
  type StreamDialect,
  type StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat, toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { wholeAnswers } from './answer-words.js';

const MESSAGE_TYPE = 'chat_completion';

/** One envelope for all messages of a connection: `message_type`, `timestamp`, `data`, and a `sequence_id` that rises. */
@Injectable()
export class EnvelopeDialect implements StreamDialect {
  readonly name = 'envelope';

  writer(head: StreamHead, options: DialectOptions): FrameWriter {
    const id = toWireJson(head.id);
    const seal = toSeal(options);
    const data = (type: string) => flat(`"data":{"type":"${type}","generation_id":${id},"seq":`);
    const [chunk, reasoning, toolCall, complete, cancelled, failed] = (
      ['chunk', 'reasoning', 'tool_call', 'complete', 'cancelled', 'error'] as const
    ).map(data);
    const index = (choice: number) => (head.choices === 1 ? '' : `"index":${choice},`);
    return {
      open: () => '',
      text: (text, choice, seq) => seal(`${chunk}${seq},${index(choice)}"text":"${text}"}`),
      reasoning: (text, choice, seq) => seal(`${reasoning}${seq},${index(choice)}"text":"${text}"}`),
      toolCall: (delta, choice, seq) => {
        const call = { ...delta, ...(head.choices > 1 && { choice }) };
        return seal(`${toolCall}${seq},${toWireJson(call).slice(1)}`);
      },
      finished: (ending) =>
        seal(`${complete}${ending.seq},${wholeAnswers(ending)},"usage":${toUsage(ending.usage)}}`),
      failed: (failure, { seq }) => seal(`${failed}${seq},${toWireJson(toOpenAiError(failure)).slice(1)}`),
      cancelled: (reason, { seq, usage }) =>
        seal(`${cancelled}${seq},"reason":"${reason}","usage":${toUsage(usage)}}`),
    };
  }
}

const toUsage = (usage: Parameters<typeof toUsageDto>[0]): string => JSON.stringify(toUsageDto(usage));

/** Puts data into its envelope, and that into what the transport wants round it. */
function toSeal({ framing, nextSequence }: DialectOptions): (data: WireText) => string {
  const isSse = framing === SSE_FRAMING;
  const before = framing.before(MESSAGE_TYPE);
  const start = flat(`${before}{"message_type":"${MESSAGE_TYPE}","timestamp":"`);
  const stop = flat(`}${framing.after}`);
  return (data) => {
    const sequence = nextSequence();
    const named = isSse ? `id: ${sequence}\n` : '';
    return `${named}${start}${now()}",${data},"sequence_id":${sequence}${stop}`;
  };
}

let lastMs = 0;
let lastTime = '';

/** To spell a time costs more than the rest of a message, and many are said within one millisecond. */
function now(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastTime = new Date(ms).toISOString();
  }
  return lastTime;
}
