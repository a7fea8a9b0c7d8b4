import type { ProfileSettings } from '../contracts/streaming-profile.js';
import type { WorkflowPlan } from '../contracts/workflow.js';

/** What SIGHUP reads anew: models, routes, backends, profiles, agents and workflows. */
export interface RoutingConfig {
  /** Chains are already followed: the value is the backend's own name. Has no prototype. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Names admitted by `MODELS_ADMIT=configured`, as a caller writes them. */
  readonly validModels: readonly string[];
  /** Whether names that only stand in `aliases` are admitted too: not when `VALID_MODELS` is the list. */
  readonly admitAliases: boolean;
  /** Models that only embed, before and after aliases; refused for chat. */
  readonly embeddingModels: readonly string[];
  readonly defaultModel: string;
  readonly admit: 'configured' | 'listed' | 'any';
  readonly backends: readonly BackendSettings[];
  /** First match wins; models matched by none go to `defaultBackend`. */
  readonly routes: readonly ModelRoute[];
  readonly defaultBackend: string;
  /** The backend that serves in place of an absent default Ollama; undefined in production. */
  readonly standIn: { readonly for: string; readonly by: string } | undefined;
  /** Over the defaults each profile brings. Has no prototype. */
  readonly profiles: Readonly<Record<string, Partial<ProfileSettings>>>;
  readonly agents: readonly AgentSettings[];
  /** Names are unique. */
  readonly workflows: readonly WorkflowSettings[];
}

export interface BackendSettings extends BackendHabits {
  readonly name: string;
  /** The folder under `src/backends` that speaks its protocol. */
  readonly kind: string;
  /** Origin and optional path prefix, without a slash at the end. Empty for the simulator. */
  readonly url: string;
  /** Resolved from the environment variable the YAML names; never logged. */
  readonly apiKey?: string;
  readonly maxConcurrent: number;
}

/** What cannot be seen of a server from outside. */
export interface BackendHabits {
  /** Of kind `openai`: the fields that take an assistant's earlier thoughts, where its host does not tell. */
  readonly earlierReasoning?: readonly ReasoningField[];
  /** What a server leaves between `<think>` tags in the text of a chat stays there. */
  readonly keepsThinkTags?: true;
  /** Of kind `ollama`: drops what of a prompt does not fit, in place of refusing it. */
  readonly truncatesPrompts?: true;
  /** Of kind `ollama`: how models are loaded where a request does not say it. */
  readonly loading?: BackendLoading;
  /** Fields of a caller's body that it is told as they are, of kind `ollama` among its options. */
  readonly passes?: readonly string[];
}

export interface BackendLoading extends ModelLoading {
  /** The first that fits decides, before what holds for all; a name after aliases, or a prefix that ends in `*`. */
  readonly models: readonly (ModelLoading & { readonly model: string })[];
}

/** How Ollama holds a model in memory. */
export interface ModelLoading {
  /** Its context window. A call that asks for another one loads the model anew. */
  readonly numCtx?: number;
  /** A duration, seconds, or -1 for always. A call that says none takes it back to five minutes. */
  readonly keepAlive?: string | number;
}

export type ReasoningField = 'reasoning_content' | 'reasoning';

export interface ModelRoute {
  /** A model name after aliases, or a prefix that ends in `*`. */
  readonly model: string;
  /** Tried in order, the later ones only before the first token. */
  readonly targets: readonly { readonly backend: string; readonly model?: string }[];
}

export interface AgentSettings {
  readonly key: string;
  readonly description: string;
  /** System prompt put before the caller's messages. */
  readonly persona?: string;
  readonly profile: string;
  readonly model?: string;
  readonly backend?: string;
  /** A service of its own that answers in place of these two. */
  readonly instance?: { readonly backend: string; readonly model: string };
  readonly options: ModelLoading & {
    readonly temperature?: number;
    readonly maxTokens?: number;
  };
  /** Besides those that every agent has: by their names, what is said before the task. */
  readonly methods?: Readonly<Record<string, string>>;
}

export interface WorkflowSettings {
  readonly name: string;
  readonly description: string;
  readonly plan: WorkflowPlan;
}
