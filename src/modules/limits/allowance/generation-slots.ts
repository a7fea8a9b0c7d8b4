import type { LimitsConfig } from '../../../config/index.js';
import type { Asked } from '../asked.js';
import type { Slots } from '../ledger/claim.js';
import { isTrustedCaller } from '../rate/rate-rules.js';

/** Which bounds of generations at the same time one comes under. All of them hold. */
export class GenerationSlots {
  constructor(private readonly most: LimitsConfig['generations']) {}

  slotsOf({ owner, endpoint, agent }: Asked): readonly Slots[] {
    const { perUser, perDevice, perTenant, endpoints, agents } = this.most;
    const { tenant, id, device } = owner;
    const slots: Slots[] = [];
    if (!isTrustedCaller(owner)) {
      if (perUser !== undefined) slots.push(slotsFor('user', [tenant, id], perUser));
      if (perDevice !== undefined && device !== undefined)
        slots.push(slotsFor('device', [tenant, device], perDevice));
      const atEndpoint = endpoints.size === 0 ? undefined : endpoints.get(endpoint);
      if (atEndpoint !== undefined) slots.push(slotsFor('endpoint', [endpoint, tenant, id], atEndpoint));
      if (agent !== undefined) {
        const ofAgent = agents.get(agent);
        if (ofAgent !== undefined) slots.push(slotsFor('agent', [agent, tenant, id], ofAgent));
      }
    }
    if (perTenant !== undefined) slots.push(slotsFor('tenant', [tenant], perTenant));
    return slots;
  }
}

/** No two lists of names give the same key, whatever the names hold. */
const slotsFor = (kind: string, whose: readonly string[], most: number): Slots => ({
  key: `running:${kind}:${JSON.stringify(whose)}`,
  most,
});
