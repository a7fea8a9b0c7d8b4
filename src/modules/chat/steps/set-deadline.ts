import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** The profile's deadline; whole answers may have a tighter one. */
export function setDeadline(call: Call, { config }: AdmissionServices): void {
  const { timeoutMs } = call.profile!.settings;
  const { requestTimeoutMs } = config.http;
  call.deadlineMs =
    call.streams || requestTimeoutMs === undefined ? timeoutMs : Math.min(timeoutMs, requestTimeoutMs);
}
