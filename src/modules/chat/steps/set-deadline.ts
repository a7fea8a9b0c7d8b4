import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** The profile's deadline; whole answers that are waited for may have a tighter one. */
export function setDeadline(call: Call, { config }: AdmissionServices): void {
  const { timeoutMs } = call.profile!.settings;
  const { requestTimeoutMs } = config.http;
  const isAwaited = !call.streams && !call.terms.detached;
  call.deadlineMs =
    !isAwaited || requestTimeoutMs === undefined ? timeoutMs : Math.min(timeoutMs, requestTimeoutMs);
}
