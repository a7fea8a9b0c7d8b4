import { SseParser, type SseFrame } from './sse-parser.js';

export type { SseFrame } from './sse-parser.js';

/** A body of fetch or undici, a socket's bytes, or anything that has such a body. */
export type SseSource = AsyncIterable<Uint8Array> | { readonly body: AsyncIterable<Uint8Array> | null };

/** The events of a stream as they come. Returns what was left after the last blank line. */
export async function* readSse(source: SseSource): AsyncGenerator<SseFrame, string, void> {
  const parser = new SseParser();
  const bytes = 'body' in source ? source.body : source;
  if (bytes === null) return '';
  for await (const chunk of bytes) yield* parser.push(chunk);
  yield* parser.end();
  return parser.leftover;
}

export interface ChatToolCall {
  id: string;
  name: string;
  arguments: string;
}

export interface ChatDelta {
  readonly role?: string;
  readonly content?: string | null;
  readonly reasoning_content?: string | null;
  readonly reasoning?: string | null;
  readonly tool_calls?: readonly {
    readonly index: number;
    readonly id?: string;
    readonly function?: { readonly name?: string; readonly arguments?: string };
  }[];
}

/** A chunk of a chat or text completion stream. */
export interface ChatChunk {
  readonly id?: string;
  readonly object?: string;
  readonly created?: number;
  readonly model?: string;
  readonly choices?: readonly {
    readonly index: number;
    readonly delta?: ChatDelta;
    readonly text?: string;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
  readonly error?: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** Everything a stream said about its first choice. */
export interface ChatStream {
  /** Every block, comments included. */
  readonly frames: SseFrame[];
  readonly chunks: ChatChunk[];
  text: string;
  reasoning: string;
  /** By their index. */
  readonly toolCalls: ChatToolCall[];
  finishReason: string | null;
  usage: ChatChunk['usage'];
  /** Whether `[DONE]` came. */
  done: boolean;
  error: ChatChunk['error'];
  /** Bytes after the last blank line. */
  leftover: string;
  /** What the connection broke with, when it did not end properly. */
  broken: unknown;
}

/** Reads a chat stream to its end. Throws for data that is not JSON and for anything but comments after `[DONE]`. */
export async function readChatStream(source: SseSource): Promise<ChatStream> {
  const stream: ChatStream = {
    frames: [],
    chunks: [],
    text: '',
    reasoning: '',
    toolCalls: [],
    finishReason: null,
    usage: undefined,
    done: false,
    error: undefined,
    leftover: '',
    broken: undefined,
  };
  const events = readSse(source);
  for (;;) {
    const step = await events.next().catch((error: unknown) => ({ broken: error }));
    if ('broken' in step) stream.broken = step.broken;
    else if (step.done) stream.leftover = step.value;
    else {
      take(stream, step.value);
      continue;
    }
    return stream;
  }
}

function take(stream: ChatStream, frame: SseFrame): void {
  stream.frames.push(frame);
  if (frame.data === undefined) return;
  if (stream.done) throw new Error(`after [DONE]: ${frame.raw}`);
  if (frame.data === '[DONE]') {
    stream.done = true;
    return;
  }
  const chunk = JSON.parse(frame.data) as ChatChunk;
  stream.chunks.push(chunk);
  stream.error ??= chunk.error;
  stream.usage = chunk.usage ?? stream.usage;
  for (const choice of chunk.choices ?? []) {
    if (choice.index !== 0) continue;
    stream.text += choice.text ?? '';
    stream.finishReason = choice.finish_reason ?? stream.finishReason;
    if (choice.delta) takeDelta(stream, choice.delta);
  }
}

function takeDelta(stream: ChatStream, delta: ChatDelta): void {
  stream.text += delta.content ?? '';
  stream.reasoning += delta.reasoning_content ?? delta.reasoning ?? '';
  for (const piece of delta.tool_calls ?? []) {
    const call = (stream.toolCalls[piece.index] ??= { id: '', name: '', arguments: '' });
    call.id ||= piece.id ?? '';
    call.name ||= piece.function?.name ?? '';
    call.arguments += piece.function?.arguments ?? '';
  }
}
