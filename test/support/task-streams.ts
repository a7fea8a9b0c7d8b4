import { readSse, type SseFrame, type SseSource } from './sse.js';

/** A `data:` line of a stream of tokens. */
export interface TokenFrame {
  readonly token?: string;
  readonly text?: string;
  readonly final?: boolean;
  readonly cancelled?: boolean;
  readonly error?: string;
  readonly code?: string;
  readonly generation_id?: string;
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  readonly reasoning?: string;
  readonly finish_reason?: string;
}

/** Everything a stream of tokens said. */
export async function readTokens(source: SseSource): Promise<TokenFrame[]> {
  return (await readAll(source)).map(({ data }) => JSON.parse(data!) as TokenFrame);
}

export interface NamedEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Everything a stream of named events said. */
export async function readNamed(source: SseSource): Promise<NamedEvent[]> {
  return (await readAll(source)).map(({ event, id, data }) => ({
    event,
    id,
    data: JSON.parse(data!) as NamedEvent['data'],
  }));
}

async function readAll(source: SseSource): Promise<SseFrame[]> {
  const frames: SseFrame[] = [];
  for await (const frame of readSse(source)) if (frame.data !== undefined) frames.push(frame);
  return frames;
}
