import { toUsageDto } from '../../../common/dto/usage.dto.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import type { FrameWriter, StreamHead } from '../../../contracts/stream-dialect.js';
import { flat, toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { wholeAnswers } from '../../agents/index.js';

/** Engine.IO adds its own `4`; this is `EVENT` in the default namespace (Socket.IO protocol, version 5). */
export const EVENT = '2';

/**
 * Spells a generation as Socket.IO packets, one a line. They are put together from wire text, as what `emit` does for
 * every token costs more than the rest of its way.
 */
export function eventWriter(head: StreamHead, position = 0): FrameWriter {
  const id = toWireJson(head.id);
  const start = (event: string): WireText => flat(`${EVENT}["${event}",{"generation_id":${id},"seq":`);
  const [status, chunk, reasoning, toolCall, progress] = (
    ['status', 'chunk', 'reasoning', 'tool_call', 'progress'] as const
  ).map(start) as [WireText, WireText, WireText, WireText, WireText];
  const event = (name: string, seq: number, rest: WireText) => `${start(name)}${seq}${rest}}]\n`;
  const close = (seq: number) => event('close', seq, '');
  const choiceOf = (choice: number) => (head.choices === 1 ? '' : `,"choice":${choice}`);
  const percentAt = progressOf(head);
  let last = -1;
  /** Said when it grows, by whole percents: a hundred times at most. */
  const advance = (seq: number): WireText => {
    const percent = percentAt(seq);
    if (percent === undefined || percent <= last) return '';
    last = percent;
    return `${progress}${seq},"percent":${percent}}]\n`;
  };
  return {
    open: () => `${status}${position - 1},"status":"running"}]\n`,
    text: (text, choice, seq) => `${chunk}${seq},"text":"${text}","index":${choice}}]\n${advance(seq)}`,
    reasoning: (text, choice, seq) => `${reasoning}${seq},"text":"${text}"${choiceOf(choice)}}]\n`,
    toolCall: (delta, choice, seq) =>
      `${toolCall}${seq},${toWireJson(delta).slice(1, -1)}${choiceOf(choice)}}]\n`,
    finished: (ending) =>
      event('complete', ending.seq, `,${wholeAnswers(ending)},"usage":${usageOf(ending.usage)}`) +
      close(ending.seq),
    failed: (failure, { seq }) =>
      event('error', seq, `,${toWireJson(toOpenAiError(failure)).slice(1, -1)}`) + close(seq),
    cancelled: (reason, { seq, usage }) =>
      event('cancelled', seq, `,"reason":"${reason}","usage":${usageOf(usage)}`) + close(seq),
  };
}

const usageOf = (usage: Parameters<typeof toUsageDto>[0]): string => JSON.stringify(toUsageDto(usage));

/** Percent of the tokens an answer may have, where that is known. */
function progressOf({ maxTokens, choices }: StreamHead): (seq: number) => number | undefined {
  if (maxTokens === undefined || choices > 1) return () => undefined;
  return (seq) => Math.min(100, Math.floor((100 * (seq + 1)) / maxTokens));
}
