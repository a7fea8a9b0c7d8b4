/** How one thing the gateway works with is, as it was last seen. */
export type PartReport =
  | { readonly status: 'healthy'; readonly [detail: string]: unknown }
  | { readonly status: 'unhealthy'; readonly error: string }
  /** Not configured. */
  | { readonly status: 'disabled' }
  /** Another one serves in its place. */
  | { readonly status: 'simulated' };

export interface HealthPart {
  readonly name: string;
  readonly report: PartReport;
  /** Why the gateway cannot do its work while this is as it is. */
  readonly blocks?: string;
}

/** What knows about parts. Reading them costs nothing; `refresh` looks anew, off every request's path. */
export interface HealthSource {
  readonly parts: readonly HealthPart[];
  /** Never rejects, and takes a second or so at most. */
  refresh(): Promise<void>;
}

/** The sources, all of them. */
export type HealthSources = readonly HealthSource[];
export const HealthSources = Symbol('HealthSources');

export const NOT_SEEN_YET: PartReport = { status: 'unhealthy', error: 'not looked at yet' };
