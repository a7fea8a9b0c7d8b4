import type { Principal } from '../../../contracts/principal.js';
import type { GenerationStatusDto } from '../dto/generation-status.dto.js';
import type { CancelAnswer } from './replicas.js';

/** Where every replica hears what is asked of all. */
export const EVERYBODY = 'citadel:replicas';
/** Where one replica hears what is meant for it. */
export const channelOf = (replica: string): string => `citadel:replica:${replica}`;
/** There while the replica lives. */
export const pulseOf = (replica: string): string => `citadel:replica:${replica}:alive`;

/** What is asked of every replica, or of one, and answered by each. */
export type Question =
  | { readonly ask: 'cancel'; readonly id: string; readonly caller: Principal }
  /** Bring the mirror of this generation up to date. */
  | { readonly ask: 'show'; readonly id: string; readonly caller: Principal }
  | { readonly ask: 'status'; readonly id: string; readonly caller: Principal }
  /** Which tasks of the caller's run. */
  | { readonly ask: 'tasks'; readonly caller: Principal }
  /** Say that you live. */
  | { readonly ask: 'pulse' };

export interface Answer {
  /** It could not find out. */
  readonly failed?: boolean;
  readonly cancel?: CancelAnswer;
  readonly shown?: boolean;
  readonly expired?: boolean;
  readonly status?: GenerationStatusDto;
  /** Ids of generations. */
  readonly tasks?: readonly string[];
}

/** What `isOwn` has to know of whom a generation belongs to. */
export type Owner = Pick<Principal, 'id' | 'tenant' | 'role'>;

export type Message =
  | { readonly kind: 'question'; readonly from: string; readonly nonce: number; readonly question: Question }
  | { readonly kind: 'answer'; readonly nonce: number; readonly answer: Answer }
  | { readonly kind: 'watching'; readonly id: string }
  /** A task has begun on this replica. */
  | { readonly kind: 'task'; readonly from: string; readonly id: string; readonly owner: Owner };
