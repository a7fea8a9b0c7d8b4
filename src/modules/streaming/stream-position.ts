import { GatewayError } from '../../common/errors/gateway.error.js';
import type { FollowedLog } from '../generation/index.js';

/** Where in a log a reader begins, and whether a browser says so that comes back by itself. */
export interface StreamPosition {
  readonly position: number;
  readonly returns: boolean;
}

const WHOLE_NUMBER = /^\d{1,15}$/;

/**
 * Behind `starting_after`, or behind the event a browser saw last. Throws `invalid_value` for anything but the seq of
 * this generation.
 */
export function streamPosition(
  id: string,
  startingAfter: unknown,
  lastEventId: string | undefined,
): StreamPosition {
  if (startingAfter !== undefined) {
    if (typeof startingAfter === 'string' && WHOLE_NUMBER.test(startingAfter))
      return { position: Number(startingAfter) + 1, returns: false };
    throw new GatewayError('invalid_value', 'starting_after must be a whole number', {
      param: 'starting_after',
    });
  }
  if (lastEventId === undefined || lastEventId === '') return { position: 0, returns: false };
  const seq = lastEventId.startsWith(`${id}:`) ? lastEventId.slice(id.length + 1) : '';
  if (WHOLE_NUMBER.test(seq)) return { position: Number(seq) + 1, returns: true };
  throw new GatewayError('invalid_value', 'Last-Event-ID is not of this generation', {
    param: 'Last-Event-ID',
  });
}

/** Throws `invalid_value` for a place that a log which has ended never had. */
export function requireInside({ ended, log }: FollowedLog, position: number): void {
  // The end itself has a number too: who has everything may ask for it again.
  if (!ended || position <= log.count + 1) return;
  throw new GatewayError('invalid_value', `The stream ended at ${log.count}.`, { param: 'starting_after' });
}
