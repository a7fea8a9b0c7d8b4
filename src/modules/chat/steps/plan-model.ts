import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** Which model, at which backends. What was passed on to us is not passed on again: two gateways would play ball. */
export function planModel(call: Call, { models }: AdmissionServices): void {
  const requested = call.body.dto.model ?? undefined;
  if (requested === undefined && !call.terms.modelOptional) {
    throw new GatewayError('invalid_request', 'model is required', { param: 'model' });
  }
  const { agent, caller } = call;
  const isElsewhere = agent?.instance !== undefined && !caller.isPassedOn;
  call.plan = models.plan(requested, isElsewhere ? { ...agent, ...agent.instance } : agent);
}
