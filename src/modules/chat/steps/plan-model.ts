import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** Which model, at which backends. */
export function planModel(call: Call, { models }: AdmissionServices): void {
  const requested = call.body.dto.model ?? undefined;
  if (requested === undefined && !call.terms.modelOptional) {
    throw new GatewayError('invalid_request', 'model is required', { param: 'model' });
  }
  call.plan = models.plan(requested, call.agent);
}
