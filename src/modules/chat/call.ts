import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AgentSettings } from '../../config/index.js';
import type { TunedProfile } from '../agents/index.js';
import type { Plan } from '../models/index.js';
import type { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';
import type { CreateCompletionDto } from './dto/create-completion.dto.js';

/** The HTTP exchange a generation is asked for in. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What the route settles before anything is read from the body. */
export interface RouteTerms {
  /** Streams also when the body does not ask for it. */
  readonly alwaysStreams?: boolean;
  /** A profile that cannot be chosen otherwise. */
  readonly profile?: string;
  /** An agent named by the path. */
  readonly agentKey?: string;
  /** The agent's or the default model may stand in for a missing one. */
  readonly modelOptional?: boolean;
  /** Whether `stream: true` is subject to the setting for enterprise routes. */
  readonly enterprise?: boolean;
  /** Whether `chunk_size`, `timeout` and `buffer_size` may change the profile. */
  readonly tunable?: boolean;
}

export type CallBody =
  | { readonly kind: 'chat'; readonly dto: CreateChatCompletionDto }
  | { readonly kind: 'completion'; readonly dto: CreateCompletionDto };

/** One request on its way through admission; each step fills in what it decides. */
export interface Call {
  readonly exchange: Exchange;
  readonly terms: RouteTerms;
  readonly body: CallBody;
  agent?: AgentSettings;
  profile?: TunedProfile;
  plan?: Plan;
  streams?: boolean;
  choices?: number;
  /** Most milliseconds the answer may take. */
  deadlineMs?: number;
}

/** A call all of whose steps were taken. */
export type AdmittedCall = Call &
  Required<Pick<Call, 'profile' | 'plan' | 'streams' | 'choices' | 'deadlineMs'>>;
