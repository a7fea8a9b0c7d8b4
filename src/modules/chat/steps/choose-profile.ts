import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

const DEFAULT_PROFILE = 'generic';

/** Bounds of what a caller may change about the profile. `timeout` is in seconds. */
const BOUNDS = { chunk_size: [1, 100], timeout: [1, 600], buffer_size: [1, 5000] } as const;
type Override = keyof typeof BOUNDS;

/** The route's profile, else the caller's choice, else the one that is usual there, else the agent's. */
export function chooseProfile(call: Call, { profiles }: AdmissionServices): void {
  const chosen = call.wishes.profile;
  const { profile, usualProfile } = call.terms;
  const tuned = profiles.get(profile ?? chosen ?? usualProfile ?? call.agent?.profile ?? DEFAULT_PROFILE);
  call.profile = tuned;
  if (!call.terms.tunable) return;
  const { settings } = tuned;
  const timeoutS = override(call, 'timeout');
  call.profile = {
    profile: tuned.profile,
    settings: {
      ...settings,
      chunkSize: override(call, 'chunk_size') ?? settings.chunkSize,
      timeoutMs: timeoutS === undefined ? settings.timeoutMs : timeoutS * 1000,
      bufferSize: override(call, 'buffer_size') ?? settings.bufferSize,
    },
  };
}

/** From the query, else from the body, whose bounds were checked with the rest of it. */
function override(call: Call, name: Override): number | undefined {
  const asked = call.wishes.tuning?.[name];
  if (asked === undefined) return call.body.dto[name] ?? undefined;
  // Given twice it is a list, and no number.
  const value = typeof asked === 'string' && asked.trim() !== '' ? Number(asked) : NaN;
  const [least, most] = BOUNDS[name];
  if (value >= least && value <= most && (name === 'timeout' || Number.isInteger(value))) return value;
  throw new GatewayError('invalid_value', `${name} must be a number from ${least} to ${most}`, {
    param: name,
  });
}
