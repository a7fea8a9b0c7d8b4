import type { Principal } from './principal.js';

/** Where something is generated, as far as that decides what it costs. */
export interface PricedModel {
  /** Name of the backend. */
  readonly backend: string;
  /** The model's name there. */
  readonly model: string;
}

/** What somebody wants generated. */
export interface Wanted {
  readonly owner: Principal;
  /** Where it was asked for: a method and a route as declared, such as `POST /v1/chat/completions`. */
  readonly endpoint: string;
  readonly agent?: string | undefined;
  /** Who may be asked, the first one first. */
  readonly targets: readonly PricedModel[];
  /** About how many tokens the model will read. Asked for only where it matters. */
  readonly promptTokens: () => number;
  /** Most tokens of all answers together. */
  readonly completionTokens: number;
  /** Asked where what runs leaves no room just now: whether to try once more when it resolves. Without it that is refused. */
  readonly roomAgain?: RoomAgain | undefined;
}

export type RoomAgain = () => Promise<boolean>;

/** What was used in the end. */
export interface Spent extends PricedModel {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What a generation may use. It is reserved until it is settled, and comes back by itself when the process dies. */
export interface Allowance {
  /** Most tokens of all answers together; undefined where nothing bounds them. */
  readonly completionTokens: number | undefined;
  /** What the caller is told of the limits. */
  readonly headers: Readonly<Record<string, string>>;
  /** Called when it is over, however it ended; only the first call counts. Undefined when no model has worked for it. */
  settle(spent: Spent | undefined): void;
}

/**
 * Decides how much may be generated, for whom, and how many at a time. Asked before every generation and before vectors
 * are made. Throws GatewayError `rate_limit_exceeded` or `insufficient_quota`.
 */
export interface Allowances {
  reserve(wanted: Wanted): Allowance | Promise<Allowance>;
}

export const Allowances = Symbol('Allowances');
