import type { Role } from '../contracts/principal.js';

/** How much callers may ask for. */
export interface LimitsConfig {
  readonly rate: RateLimitConfig;
  readonly generations: GenerationLimitConfig;
  readonly budgets: readonly BudgetSettings[];
  /** After this, what a process held that is gone can be used by others. */
  readonly leaseMs: number;
  /** Processes that serve the same callers. Each takes its share of every limit while no Redis counts for all. */
  readonly replicas: number;
}

export interface RateLimitConfig {
  readonly enabled: boolean;
  /** Requests in any minute. Of callers without a credential, by their address. */
  readonly perMinute: Readonly<Record<Role, number>>;
  /** Of all a device's requests, whoever it speaks for. */
  readonly devicePerMinute: number | undefined;
  /** In place of the caller's own, counted apart: by method and route template. */
  readonly endpoints: ReadonlyMap<string, number>;
  /** Generations of an agent, besides. */
  readonly agents: ReadonlyMap<string, number>;
}

/** Generations at the same time; undefined sets no bound. */
export interface GenerationLimitConfig {
  readonly perUser: number | undefined;
  readonly perTenant: number | undefined;
  /** Of a device, whoever it speaks for. */
  readonly perDevice: number | undefined;
  /** A caller's at a method and route template, besides. */
  readonly endpoints: ReadonlyMap<string, number>;
  /** A caller's of an agent, besides. */
  readonly agents: ReadonlyMap<string, number>;
}

export type BudgetScope = 'tenant' | 'user' | 'key' | 'role' | 'device' | 'agent' | 'endpoint';
export type BudgetPeriod = 'day' | 'month' | 'total';

/** What somebody may use in a while. */
export interface BudgetSettings {
  readonly scope: BudgetScope;
  /** A tenant, a user, the id of a key, a role, a device, an agent or an endpoint; `*` is each of them for itself. */
  readonly subject: string;
  /** Where the subject is in one tenant only. */
  readonly tenant: string | undefined;
  readonly period: BudgetPeriod;
  /** Of prompts and completions. */
  readonly tokens: number | undefined;
  readonly dollars: number | undefined;
}

/** What a model costs, in US dollars for a million tokens. */
export interface PriceSettings {
  /** The model's name at its backend, or a prefix that ends in `*`. */
  readonly model: string;
  /** Any, unless it is named. */
  readonly backend: string | undefined;
  readonly input: number;
  readonly output: number;
}
