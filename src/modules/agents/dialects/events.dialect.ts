import { Injectable } from '@nestjs/common';
import { toUsageDto } from '../../../common/dto/usage.dto.js';
import type { Failure } from '../../../contracts/failure.js';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import {
  SSE_FRAMING,
  type DialectOptions,
  type FrameWriter,
  type StreamDialect,
  type StreamHead,
} from '../../../contracts/stream-dialect.js';
import { flat, toWireJson } from '../../../contracts/wire-text.js';
import { wholeAnswers } from './answer-words.js';

/** After so long a client hears that the stream is there, also when the model has said nothing. */
const OPENS_AFTER_MS = 250;

/**
 * Named server-sent events: `connected`, `status`, `progress`, `chunk`, `token`, `reasoning`, `tool_call`, `complete`,
 * `error`, and `close`, which is always the last.
 */
@Injectable()
export class EventsDialect implements StreamDialect {
  readonly name = 'events';
  readonly opensAfterMs = OPENS_AFTER_MS;
  readonly saysRetry = true;

  writer(head: StreamHead, { tokenEvents }: DialectOptions): FrameWriter {
    const id = `"generation_id":${toWireJson(head.id)}`;
    const stop = `}${SSE_FRAMING.after}`;
    const say = (event: string, rest: string) => `${SSE_FRAMING.before(event)}{${id},${rest}${stop}`;
    const close = (reason: string) => say('close', `"reason":"${reason}"`);
    const error = ({ message, code }: Failure) =>
      say('error', `"error":{"message":${toWireJson(message)},"code":"${code}"}`);
    const [chunk, token, reasoning] = ['chunk', 'token', 'reasoning'].map((event) =>
      toPieceWriter(event, head),
    );
    const progress = toProgress(head, (percent) => say('progress', `"percent":${percent}`));
    return {
      open: () =>
        say('connected', `"agent":${toWireJson(head.agent ?? null)},"model":${toWireJson(head.model)}`) +
        say('status', '"status":"running"'),
      ...(tokenEvents ? { piece: token! } : {}),
      // Text comes last: whoever is cut off before it must be given it again, and who has it must not.
      text: (text, choice, seq) => progress(seq) + chunk!(text, choice, seq),
      reasoning: (text, choice, seq) => progress(seq) + reasoning!(text, choice, seq),
      toolCall: (delta, choice, seq) => {
        const call = { seq, ...delta, ...(head.choices > 1 && { choice }) };
        return progress(seq) + say('tool_call', toWireJson(call).slice(1, -1));
      },
      finished: (ending) => {
        const counts = `"usage":${JSON.stringify(toUsageDto(ending.usage))},"durationMs":${Math.round(ending.durationMs)}`;
        return say('complete', `${wholeAnswers(ending)},${counts}`) + close('complete');
      },
      failed: (failure) => error(failure) + close('error'),
      cancelled: (reason) =>
        reason === 'cancelled' || reason === 'client_gone'
          ? say('status', '"status":"cancelled"') + close('cancelled')
          : error(cancelFailure(reason)) + close(reason),
    };
  }
}

function toPieceWriter(event: string, { id, choices }: StreamHead): FrameWriter['text'] {
  const before = flat(`${SSE_FRAMING.before(event)}{"generation_id":${toWireJson(id)},"seq":`);
  const after = flat(`"}${SSE_FRAMING.after}`);
  return choices === 1
    ? (text, _choice, seq) => `${before}${seq},"text":"${text}${after}`
    : (text, choice, seq) => `${before}${seq},"index":${choice},"text":"${text}${after}`;
}

/** Says how much of the most it may become the answer is, whenever that is a percent more. */
function toProgress({ maxTokens, choices }: StreamHead, say: (percent: number) => string) {
  if (maxTokens === undefined) return () => '';
  const most = maxTokens * choices;
  let said = 0;
  return (seq: number): string => {
    const percent = Math.min(100, Math.floor(((seq + 1) * 100) / most));
    if (percent <= said) return '';
    return say((said = percent));
  };
}
