import type { OutgoingHttpHeaders } from 'node:http';
import { endResponse } from '../../../common/http/end-response.js';
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

  if (outcome.status === 'finished') {
    const body = toWholeAnswer(call, generation, outcome.finishReasons, reasoningField);
    // Written past Fastify's serialisation, as streams are: the bytes are ready, one to a character.
    reply.hijack();
    reply.headers(answerHeaders(generation)).headers({
      'content-type': 'application/json; charset=utf-8',
      'content-length': body.length,
    });
    reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    endResponse(reply.raw, body);
    return;
  }
  reply.headers(answerHeaders(generation));
  throw toHttpError(
    outcome.status === 'failed' ? outcome.failure : cancelFailure(outcome.reason),
    generation.head.model,
  );
}
