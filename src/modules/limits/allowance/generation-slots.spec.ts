import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import { GenerationSlots } from './generation-slots.js';

const ADA: Principal = { id: 'ada', tenant: 'acme', role: 'user', scopes: [], device: 'phone' };
const CHAT = 'POST /v1/chat/completions';

describe(GenerationSlots.name, () => {
  const slots = new GenerationSlots({
    perUser: 1,
    perTenant: 2,
    perDevice: 3,
    endpoints: new Map([[CHAT, 4]]),
    agents: new Map([['sparse', 5]]),
  });
  const mostOf = (owner: Principal, endpoint = CHAT, agent?: string) =>
    slots
      .slotsOf({ owner, endpoint, agent })
      .map(({ most }) => most)
      .sort();
  const keysOf = (owner: Principal, endpoint = CHAT, agent = 'sparse') =>
    slots.slotsOf({ owner, endpoint, agent }).map(({ key }) => key);

  it('bound a caller, its device and its tenant, and it at an endpoint and of an agent that have bounds', () => {
    expect(mostOf(ADA, CHAT, 'sparse')).toEqual([1, 2, 3, 4, 5]);
    expect(mostOf({ ...ADA, device: undefined }, CHAT, 'other')).toEqual([1, 2, 4]);
    expect(mostOf(ADA, 'POST /v1/completions')).toEqual([1, 2, 3]);
  });

  it('leave those a trusted network lets in to the bound of the tenant', () => {
    expect(mostOf(ANONYMOUS, CHAT, 'sparse')).toEqual([2]);
  });

  it('count a device together whoever it speaks for, and everything else of each caller for itself', () => {
    const shared = (other: Partial<Principal>) => {
      const its = new Set(keysOf({ ...ADA, ...other }));
      return keysOf(ADA)
        .filter((key) => its.has(key))
        .map((key) => /^running:(\w+):/.exec(key)![1]);
    };
    expect(shared({ id: 'bob' })).toEqual(['device', 'tenant']);
    expect(shared({ device: 'laptop' })).toEqual(['user', 'endpoint', 'agent', 'tenant']);
    expect(shared({ tenant: 'other' })).toEqual([]);
  });

  it('are none where nothing is bounded', () => {
    const none = { perUser: undefined, perTenant: undefined, perDevice: undefined };
    const free = new GenerationSlots({ ...none, endpoints: new Map(), agents: new Map() });
    expect(free.slotsOf({ owner: ADA, endpoint: CHAT, agent: 'sparse' })).toEqual([]);
  });
});
