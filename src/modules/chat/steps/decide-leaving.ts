import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Call } from '../call.js';

const DEFAULT_GRACE_S = 30;
const MOST_GRACE_S = 300;

/** What becomes of the answer when the caller leaves: it is stopped, or goes on for a while. */
export function decideLeaving(call: Call): void {
  const { wishes, terms, body } = call;
  const asked = body.dto.on_disconnect ?? wishes.onDisconnect;
  // The deadline comes first.
  if (terms.detached) call.graceMs = call.deadlineMs;
  else if (asked === 'cancel') call.graceMs = 0;
  else if (asked === 'continue') call.graceMs = graceS(call) * 1000;
  else if (asked === undefined || asked === null) call.graceMs = (terms.graceS ?? 0) * 1000;
  else {
    throw new GatewayError('invalid_value', 'on_disconnect must be cancel or continue', {
      param: 'on_disconnect',
    });
  }
}

function graceS({ body, wishes, terms }: Call): number {
  const asked = body.dto.grace_s ?? wishes.graceS;
  if (asked === undefined || asked === null) return terms.graceS ?? DEFAULT_GRACE_S;
  if (typeof asked === 'number' && asked > 0 && asked <= MOST_GRACE_S) return asked;
  throw new GatewayError('invalid_value', `grace_s must be a number of seconds up to ${MOST_GRACE_S}`, {
    param: 'grace_s',
  });
}
