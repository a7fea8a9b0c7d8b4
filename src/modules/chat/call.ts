import type { Exchange } from '../../common/http/exchange.js';
import type { AgentSettings } from '../../config/index.js';
import type { RoomAgain } from '../../contracts/allowance.js';
import type { AgentTask } from '../../contracts/generation-request.js';
import type { Principal } from '../../contracts/principal.js';
import type { StreamDialect } from '../../contracts/stream-dialect.js';
import type { TunedProfile } from '../agents/index.js';
import type { Plan } from '../models/index.js';
import type { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';
import type { CreateCompletionDto } from './dto/create-completion.dto.js';

/** Who asks, and by which way. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
  /** The route as declared, never the raw URL. */
  readonly route: string;
  /** Its method as well, as limits and usage name it. */
  readonly endpoint: string;
  /** Who the answer is for, as a caller without credentials may say. */
  readonly userId?: string | undefined;
  /** It comes from another gateway, which takes this one for the agent's own instance. */
  readonly isPassedOn?: boolean;
  /** The conversation that is continued, by the name the caller gave it. */
  readonly session?: string | undefined;
}

/** What the caller asks for besides the body: over HTTP in headers and the query, over a socket beside the message. */
export interface Wishes {
  readonly agent?: string | undefined;
  readonly profile?: string | undefined;
  readonly dialect?: string | undefined;
  /** `chunk_size`, `timeout` and `buffer_size` as they were sent. */
  readonly tuning?: Readonly<Record<string, unknown>>;
  readonly onDisconnect?: string | undefined;
  readonly graceS?: unknown;
}

/** What the route settles before anything is read from the body. */
export interface RouteTerms {
  /** Streams also when the body does not ask for it. */
  readonly alwaysStreams?: boolean;
  /** A profile that cannot be chosen otherwise. */
  readonly profile?: string;
  /** The profile of its streams, unless the caller names another; goes before the agent's. */
  readonly usualProfile?: string;
  /** The dialect of its streams, unless the caller names another. */
  readonly dialect?: string;
  /** An agent named by the path. */
  readonly agentKey?: string;
  /** The agent's or the default model may stand in for a missing one. */
  readonly modelOptional?: boolean;
  /** Whether `stream: true` is subject to the setting for enterprise routes. */
  readonly enterprise?: boolean;
  /** Whether `chunk_size`, `timeout` and `buffer_size` may change the profile. */
  readonly tunable?: boolean;
  /** Its events say where a reader may come back to, also when the caller did not ask for it. */
  readonly resumable?: boolean;
  /** How long the answer goes on when the caller has left, unless the caller says so. 0 stops it at once. */
  readonly graceS?: number;
  /** It goes on without the caller: nobody's leaving ends it, nor the time that a request may take. */
  readonly detached?: boolean;
  /** What the generation's id begins with, unless its kind says so. */
  readonly idPrefix?: string;
  /** It belongs to work that was let in before. */
  readonly isPart?: boolean | undefined;
  /** Where other parts run that may leave it room: whether to try once more when it resolves. */
  readonly roomAgain?: RoomAgain | undefined;
}

export type CallBody =
  | {
      readonly kind: 'chat';
      readonly dto: CreateChatCompletionDto;
      /** What the messages were made of. */
      readonly task?: AgentTask;
      /** The answer is as long as the model likes, unless the caller or the agent says how long. */
      readonly isOpenEnded?: boolean;
    }
  | { readonly kind: 'completion'; readonly dto: CreateCompletionDto };

/** One request on its way through admission; each step fills in what it decides. */
export interface Call {
  /** What was asked for in the caller's words, where the body does not hold all of it. */
  readonly asked?: object;
  readonly caller: Caller;
  readonly wishes: Wishes;
  readonly terms: RouteTerms;
  readonly body: CallBody;
  agent?: AgentSettings;
  profile?: TunedProfile;
  dialect?: StreamDialect;
  plan?: Plan;
  streams?: boolean;
  choices?: number;
  /** Most milliseconds the answer may take. */
  deadlineMs?: number;
  /** How long it goes on when nobody reads it any more. */
  graceMs?: number;
}

/** A call all of whose steps were taken. */
export type AdmittedCall = Call &
  Required<Pick<Call, 'profile' | 'dialect' | 'plan' | 'streams' | 'choices' | 'deadlineMs' | 'graceMs'>>;

/** A call as a route hands it in. */
export interface HttpCall extends Pick<Call, 'terms' | 'body' | 'agent'> {
  readonly exchange: Exchange;
}
