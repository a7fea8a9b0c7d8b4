/** What a backend is asked for, in no vendor's words. Model names are the backend's own here. */
export interface GenerationRequest {
  readonly model: string;
  readonly input: ChatInput | PromptInput;
  /** Key of the agent that is asked, for backends that know agents themselves. */
  readonly agent?: string;
  readonly sampling: Sampling;
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly reasoningEffort?: string;
  /** For the template that makes a model's prompt of the messages, where the server lets callers choose. */
  readonly templateArguments?: Readonly<Record<string, unknown>>;
  /** Asks for the log probabilities of the answer's tokens, and of so many likely ones in the place of each. */
  readonly topLogprobs?: number;
  /** Which of the `n` answers this is, from 0. Backends with a seed add it, so that the answers differ. */
  readonly choice: number;
  /** Values pinned by the agent, sent on every call so that the backend does not reload its model. */
  readonly backendOptions: BackendOptions;
  /** Fields of the caller's body for those of the backends that pass them on. */
  readonly passedFields?: Readonly<Record<string, unknown>>;
  /** The caller's own `user` value, for backends that pass it on. */
  readonly user?: string;
  /** Simulator models carry their settings in the name; nobody else looks at this. */
  readonly requestedModel: string;
}

export interface ChatInput {
  readonly kind: 'chat';
  readonly messages: readonly ChatMessage[];
  /** What the messages say, where an agent was given a task: for backends that take tasks as they are. */
  readonly task?: AgentTask;
}

export interface AgentTask {
  readonly text: string;
  /** What the agent should know besides; often empty. */
  readonly context: Readonly<Record<string, unknown>>;
}

export interface PromptInput {
  readonly kind: 'prompt';
  readonly prompt: string;
  readonly suffix?: string;
}

export type ChatRole = 'system' | 'user' | 'assistant' | 'tool';

export interface ChatMessage {
  readonly role: ChatRole;
  /** Plain text, or parts in the caller's order. */
  readonly content: string | readonly ContentPart[] | null;
  /** What an assistant thought before it said this. */
  readonly reasoning?: string;
  readonly name?: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
}

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  /** Base64 image bytes without a data-URL prefix: no host is ever named by a request. */
  | { readonly type: 'image'; readonly mediaType: string; readonly base64: string; readonly detail?: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** A JSON text. */
  readonly arguments: string;
  /** What a model server says of a call besides and wants back with it, such as Gemini's thought signatures. */
  readonly extra?: CallExtra;
}

export type CallExtra = Readonly<Record<string, unknown>>;

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: Record<string, unknown>;
  readonly strict?: boolean;
}

export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

export type ResponseFormat =
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name: string;
      readonly schema: Record<string, unknown>;
      readonly strict?: boolean;
    };

export interface Sampling {
  /** Without it the answer is as long as the model likes. */
  readonly maxTokens?: number;
  readonly temperature: number;
  /** Nobody asked for this temperature: it is the gateway's own. */
  readonly isTemperatureOurs?: boolean;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  // What servers of one's own take besides.
  readonly topK?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
}

export interface BackendOptions {
  readonly numCtx?: number;
  /** As Ollama takes it: a duration such as `5m`, seconds, or -1 for always. */
  readonly keepAlive?: string | number;
}
