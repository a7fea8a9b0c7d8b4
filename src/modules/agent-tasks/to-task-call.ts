import type { Exchange } from '../../common/http/exchange.js';
import type { AgentSettings } from '../../config/index.js';
import type { RoomAgain } from '../../contracts/allowance.js';
import { toCall, type Call } from '../chat/index.js';
import { toTaskBody, type TaskOptions } from './to-task-body.js';

/** A task whose answer is wanted whole. */
export interface WholeTask {
  readonly agent?: AgentSettings | undefined;
  /** The profile of its stream, which decides how long it may take. */
  readonly profile: string;
  readonly text: string;
  readonly options?: TaskOptions;
  /** It belongs to work that was let in before. */
  readonly isPart?: boolean;
  /** As the terms of a call have it. */
  readonly roomAgain?: RoomAgain;
}

export const toTaskCall = (exchange: Exchange, { agent, profile, text, options, ...part }: WholeTask): Call =>
  toCall({
    exchange,
    agent,
    body: toTaskBody(text, options),
    terms: { usualProfile: profile, modelOptional: true, ...part },
  });
