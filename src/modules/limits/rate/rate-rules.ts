import type { RateLimitConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import type { RateCheck } from './local-rates.js';

/** Whom a trusted network lets in without a credential. Such callers are not limited. */
export const isTrustedCaller = ({ role, credential }: Principal): boolean =>
  role === 'anonymous' && credential === undefined;

/** Tenants and ids hold whatever they hold: no two lists of parts give the same key. */
const keyOf = (parts: readonly string[]): string => JSON.stringify(parts);

/** Which limits a request comes under. */
export class RateRules {
  constructor(private readonly rate: RateLimitConfig) {}

  /** `endpoint` is a method and a route template. */
  forCaller(principal: Principal, endpoint: string): readonly RateCheck[] {
    const { tenant, id, role, device } = principal;
    const checks = [this.check(['user', tenant, id], this.rate.perMinute[role], endpoint)];
    const ofDevice = this.rate.devicePerMinute;
    if (device !== undefined && ofDevice !== undefined)
      checks.push({ key: keyOf(['device', tenant, device]), limit: ofDevice });
    return checks;
  }

  /** Of callers of whom only the address is known. */
  forAddress(address: string, endpoint: string): readonly RateCheck[] {
    return [this.check(['address', address], this.rate.perMinute.anonymous, endpoint)];
  }

  /** Of an agent; undefined where it has no limit of its own. */
  forAgent({ tenant, id }: Principal, agent: string): readonly RateCheck[] | undefined {
    const limit = this.rate.agents.get(agent);
    return limit === undefined ? undefined : [{ key: keyOf(['agent', agent, tenant, id]), limit }];
  }

  private check(whose: readonly string[], limit: number, endpoint: string): RateCheck {
    const own = this.rate.endpoints.get(endpoint);
    return own === undefined
      ? { key: keyOf(whose), limit }
      : { key: keyOf([...whose, endpoint]), limit: own };
  }
}
