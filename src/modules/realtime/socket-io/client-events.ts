/** What a client of Socket.IO may say and what it is told. Types only; docs/socket-io.md shows them as they are here. */

/** Says what is wrong; `code` is one of docs/errors.md. */
export interface SaidError {
  readonly error: { message: string; type: string; param: string | null; code: string };
}

/** In every event of a generation. `seq` is the place in its log up to which the client has it all. */
export interface OfGeneration {
  readonly generation_id: string;
  readonly seq: number;
}

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  /** There where the backend did not say all of it. */
  readonly estimated?: true;
}

/** A message of a channel. */
export interface Envelope {
  readonly message_type: 'metrics_update' | 'status_update' | 'alert';
  readonly timestamp: string;
  readonly data: object;
  readonly sequence_id: number;
}

/** An OpenAI chat request, and a few choices beside it. */
export interface ChatRequest {
  readonly model?: string;
  readonly messages?: readonly { role: string; content: unknown }[];
  /** Short for one message of the user. */
  readonly message?: string;
  readonly agent?: string;
  readonly profile?: string;
  readonly session_id?: string;
  /** The same request with the same key is answered by one generation, however often it is sent. */
  readonly idempotency_key?: string;
  /** What becomes of the answer when the connection is lost. It goes on for 15 seconds unless told otherwise. */
  readonly on_disconnect?: 'cancel' | 'continue';
  readonly grace_s?: number;
  readonly [parameter: string]: unknown;
}

export interface AgentRequest {
  readonly agent_type: string;
  readonly task: string;
  readonly context?: object;
  readonly profile?: string;
}

type Answer<T> = (answer: T | SaidError) => void;
type ChannelName = 'metrics' | 'status' | 'alerts';

export interface ClientToServerEvents {
  chat(request: ChatRequest, answer?: Answer<{ generation_id: string }>): void;
  agent(request: AgentRequest, answer?: Answer<{ generation_id: string }>): void;
  cancel(request: { generation_id: string }, answer?: Answer<{ status: 'cancelled' }>): void;
  /** Joins a generation that runs, or that ended within the last minutes, behind `starting_after`. */
  watch(
    request: { generation_id: string; starting_after?: number; profile?: string },
    answer?: Answer<{ generation_id: string; status: string }>,
  ): void;
  subscribe(request: { channel: ChannelName }, answer?: Answer<{ channel: ChannelName }>): void;
  unsubscribe(request: { channel: ChannelName }, answer?: Answer<{ channel: ChannelName }>): void;
  ping(anything?: unknown, answer?: Answer<{ pong: true; time: number }>): void;
}

export interface ServerToClientEvents {
  connected(hello: { connection_id: string; heartbeat_ms: number; limits: Record<string, number> }): void;
  status(event: OfGeneration & { status: 'running' }): void;
  /** A piece of the answer, as the profile frames it. `index` is the answer it belongs to. */
  chunk(event: OfGeneration & { text: string; index: number }): void;
  reasoning(event: OfGeneration & { text: string }): void;
  /** A piece of a call; the first has `id`, `name` and what the model server said of it besides. */
  tool_call(
    event: OfGeneration & { index: number; id?: string; name?: string; arguments: string; extra?: object },
  ): void;
  /** Of the most tokens the answer may have, where that is known. */
  progress(event: OfGeneration & { percent: number }): void;
  complete(
    event: OfGeneration & { text: string; finish_reason: string; usage: Usage; tool_calls?: object[] },
  ): void;
  cancelled(event: OfGeneration & { reason: string; usage: Usage }): void;
  /**
   * Without a generation: what the client said last, and wanted no answer to, was wrong; or, right before the connection is
   * closed, its credential has expired or was revoked (`unauthorized`), or it did not read (`slow_client`).
   */
  error(event: SaidError & Partial<OfGeneration>): void;
  /** Nothing more comes of this generation. */
  close(event: OfGeneration): void;
  metrics_update(message: Envelope): void;
  status_update(message: Envelope): void;
  alert(message: Envelope): void;
}
