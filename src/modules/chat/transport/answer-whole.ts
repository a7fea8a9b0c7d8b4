import { onClientGone } from '../../../common/http/on-client-gone.js';
import { cancelFailure } from '../../../contracts/generation-outcome.js';
import { WholeAnswerReader, type Generation } from '../../generation/index.js';
import type { AdmittedCall } from '../call.js';
import { answerHeaders } from './answer-headers.js';
import { toHttpError } from './to-http-error.js';
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

  reply.headers(answerHeaders(generation));
  if (outcome.status === 'finished') {
    const body = toWholeAnswer(call, generation, outcome.finishReasons, reasoningField);
    await reply.header('content-type', 'application/json; charset=utf-8').send(body);
    return;
  }
  throw toHttpError(
    outcome.status === 'failed' ? outcome.failure : cancelFailure(outcome.reason),
    generation.head.model,
  );
}
