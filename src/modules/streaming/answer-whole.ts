import type { FastifyReply } from 'fastify';
import { sendWireJson } from '../../common/http/send-json.js';
import type { WireText } from '../../contracts/wire-text.js';
import type { FollowedLog } from '../generation/index.js';
import { answerHeaders } from './answer-headers.js';
import { finishedOutcome, type FinishedOutcome } from './finished-outcome.js';

/** Answers with one JSON document when the generation has finished. A client that leaves stops it. */
export async function answerWhole(
  reply: FastifyReply,
  source: FollowedLog,
  render: (outcome: FinishedOutcome) => WireText,
): Promise<void> {
  let outcome: FinishedOutcome;
  try {
    outcome = await finishedOutcome(reply, source);
  } finally {
    // Who answered is known by now, also when it failed.
    reply.headers(answerHeaders(source, reply));
  }
  sendWireJson(reply, render(outcome));
}
