import type { Principal } from '../../../contracts/principal.js';
import { merge, type Revocation, type RevocationKind } from './revocation.js';

/** What is revoked, in memory: asked for every request. */
export class RevocationList {
  private readonly entries = new Map<string, Revocation>();

  get size(): number {
    return this.entries.size;
  }

  /** Whether this says more than was known. */
  add(revocation: Revocation): boolean {
    const key = keyOf(revocation.kind, revocation);
    const known = this.entries.get(key);
    const merged = known === undefined ? revocation : merge(known, revocation);
    if (known !== undefined && sameReach(known, merged)) return false;
    this.entries.set(key, merged);
    return true;
  }

  meets(principal: Principal, issuedAtMs: number | undefined): boolean {
    if (this.entries.size === 0) return false;
    return targetsOf(principal).some(([kind, id]) => {
      const entry = this.entries.get(keyOf(kind, { id, tenant: principal.tenant }));
      return entry !== undefined && reaches(entry, issuedAtMs);
    });
  }

  /** From when on what is issued to somebody is not met by what is known about them; undefined where all or nothing is. */
  goodFromMs({ id, tenant }: Pick<Principal, 'id' | 'tenant'>): number | undefined {
    return this.entries.get(keyOf('principal', { id, tenant }))?.issuedBeforeMs;
  }

  forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.entries) {
      if (untilMs !== undefined && untilMs <= nowMs) this.entries.delete(key);
    }
  }
}

function targetsOf({ id, device, credential }: Principal): (readonly [RevocationKind, string])[] {
  return [
    ['principal', id],
    ...(device === undefined ? [] : [['device', device] as const]),
    ...(credential === undefined
      ? []
      : [['credential', credential.id] as const, ['api_key', credential.id] as const]),
    ...(credential?.grant === undefined ? [] : [['grant', credential.grant] as const]),
  ];
}

/** Tokens say the second in which they were issued: one of the same second may have been first. */
const reaches = ({ issuedBeforeMs }: Revocation, issuedAtMs: number | undefined): boolean =>
  issuedBeforeMs === undefined || issuedAtMs === undefined || issuedAtMs < issuedBeforeMs;

const sameReach = (one: Revocation, other: Revocation): boolean =>
  one.untilMs === other.untilMs && one.issuedBeforeMs === other.issuedBeforeMs;

const keyOf = (kind: RevocationKind, { tenant, id }: Pick<Revocation, 'tenant' | 'id'>): string =>
  `${kind}\n${tenant}\n${id}`;
