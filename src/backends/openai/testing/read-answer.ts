import { RecordingSink } from '../../shared/testing/recording-sink.js';
import { OpenAiAnswer } from '../answer.js';

export interface Body {
  readonly contentType?: string;
  /** Ends the body without its being complete. */
  readonly breaks?: boolean;
  readonly wantsLogprobs?: boolean;
}

/** What a reader makes of these pieces of a body. */
export function readAnswer(
  pieces: readonly (string | Buffer)[],
  { contentType = 'text/event-stream', breaks = false, wantsLogprobs = false }: Body = {},
): RecordingSink {
  const sink = new RecordingSink();
  const answer = new OpenAiAnswer(sink, { splitsThoughts: wantsLogprobs, wantsLogprobs });
  answer.head(200, { get: (name) => (name === 'content-type' ? contentType : undefined) });
  for (const piece of pieces) answer.data(Buffer.from(piece));
  if (breaks) answer.fault({ kind: 'broken', detail: 'gone' });
  else answer.end();
  return sink;
}

/** A `data` event. */
export const event = (data: unknown): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** An event of a chat stream with this delta, and this finish reason. */
export const delta = (said: object, finishReason: string | null = null): string =>
  event({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: said, logprobs: null, finish_reason: finishReason }],
  });

export const content = (text: string): string => delta({ content: text });

export const STOP = delta({}, 'stop');
export const DONE = event('[DONE]');
