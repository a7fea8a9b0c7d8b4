import { onClientGone } from '../../../common/http/on-client-gone.js';
import { sendWireJson } from '../../../common/http/send-json.js';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import { toHttpError } from '../../models/index.js';
import { WholeAnswerReader, type Generation } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';
import { answerHeaders } from './answer-headers.js';
import { toWholeAnswer } from './whole-answer.js';

/** Answers with one JSON document when the generation has finished. A client that leaves stops it. */
export async function answerWhole(
  call: AdmittedCall,
  generation: Generation,
  reasoningField: string,
): Promise<void> {
  const { reply } = call.exchange;
  const reader = new WholeAnswerReader(generation);
  const stopListening = onClientGone(reply, () => generation.detach(reader, 'client_gone'));
  const outcome = await reader.outcome();
  stopListening();

  if (outcome.status === 'finished') {
    reply.headers(answerHeaders(generation));
    sendWireJson(reply, toWholeAnswer(call, generation, outcome.finishReasons, reasoningField));
    return;
  }
  reply.headers(answerHeaders(generation));
  throw toHttpError(
    outcome.status === 'failed' ? outcome.failure : cancelFailure(outcome.reason),
    generation.head.model,
  );
}
