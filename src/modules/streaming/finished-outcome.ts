import type { FastifyReply } from 'fastify';
import { onClientGone } from '../../common/http/on-client-gone.js';
import { cancelFailure, type Outcome } from '../../contracts/generation-outcome.js';
import { WholeAnswerReader, type FollowedLog } from '../generation/index.js';
import { toHttpError } from '../models/index.js';

export type FinishedOutcome = Extract<Outcome, { status: 'finished' }>;

/** Calls one time when the client has left, and not before it has returned. What it gives stops that. */
export type OnGone = (leave: () => void) => () => void;

/**
 * Waits for the end of an answer that is wanted whole. Throws what becomes an HTTP error when it ended otherwise. A
 * client that leaves stops it, and then this never settles: there is nobody to go on for.
 */
export const finishedOutcome = (reply: FastifyReply, source: FollowedLog): Promise<FinishedOutcome> =>
  finishedUnlessGone((leave) => onClientGone(reply, leave), source);

/** The same where several answers wait for one client. */
export async function finishedUnlessGone(onGone: OnGone, source: FollowedLog): Promise<FinishedOutcome> {
  const reader = new WholeAnswerReader(source);
  const stopListening = onGone(() => source.detach(reader, 'client_gone'));
  const outcome = await reader.outcome();
  stopListening();
  if (outcome.status === 'finished') return outcome;
  throw toHttpError(
    outcome.status === 'failed' ? outcome.failure : cancelFailure(outcome.reason),
    source.head.model,
  );
}
