import type { Failure } from '../../contracts/failure.js';
import { endedEarly, fromFault, protocolFailure } from '../shared/failures.js';

/** What shall go wrong, each after so many pieces of whatever kind. */
export interface Faults {
  readonly die?: number;
  readonly malformed?: number;
  readonly truncated?: number;
  readonly stall?: Stall;
}

export interface Stall {
  readonly after: number;
  /** Undefined stalls until somebody gives up. */
  readonly forMs: number | undefined;
}

/** The failure that is due after `sent` pieces, told in the words of a real upstream's. */
export function findFailure({ die, malformed, truncated }: Faults, sent: number): Failure | undefined {
  const started = sent > 0;
  const detail = `scripted after ${sent} pieces`;
  if (sent === die) return fromFault({ kind: started ? 'broken' : 'unreachable', detail }, started);
  if (sent === malformed) return protocolFailure('a line is not JSON', detail);
  if (sent === truncated) return { ...endedEarly(started), detail };
  return undefined;
}
