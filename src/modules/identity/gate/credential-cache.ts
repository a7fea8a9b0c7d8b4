import type { Principal } from '../../../contracts/principal.js';

const FRESH_MS = 30_000;
/** How long it may serve in all when nobody can be asked. */
const GOOD_MS = 60_000;
const MOST_ENTRIES = 10_000;

interface Entry {
  readonly principal: Principal;
  readonly freshUntil: number;
  readonly goodUntil: number;
}

/** Credentials that were found to be good a moment ago, by their own text. Bounded; the oldest go first. */
export class CredentialCache {
  private readonly entries = new Map<string, Entry>();

  find(credential: string, nowMs: number): Principal | undefined {
    const entry = this.entries.get(credential);
    return entry !== undefined && nowMs < entry.freshUntil ? entry.principal : undefined;
  }

  /** Also what should be looked at anew, while that cannot be done. */
  findStale(credential: string, nowMs: number): Principal | undefined {
    const entry = this.entries.get(credential);
    return entry !== undefined && nowMs < entry.goodUntil ? entry.principal : undefined;
  }

  keep(credential: string, principal: Principal, nowMs: number): void {
    const expiresAt = principal.credential?.expiresAt ?? Infinity;
    this.entries.delete(credential);
    this.entries.set(credential, {
      principal,
      freshUntil: Math.min(nowMs + FRESH_MS, expiresAt),
      goodUntil: Math.min(nowMs + GOOD_MS, expiresAt),
    });
    if (this.entries.size <= MOST_ENTRIES) return;
    const [oldest] = this.entries.keys();
    this.entries.delete(oldest!);
  }

  forget(credential: string): void {
    this.entries.delete(credential);
  }
}
