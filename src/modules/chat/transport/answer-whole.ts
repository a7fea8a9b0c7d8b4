import type { FastifyReply } from 'fastify';
import type { FollowedLog } from '../../generation/index.js';
import { answerWhole as answerWith } from '../../streaming/index.js';
import type { AdmittedCall } from '../call.js';
import { toWholeAnswer } from './whole-answer.js';

/** Answers with the completion as one JSON document. */
export const answerWhole = (
  reply: FastifyReply,
  call: AdmittedCall,
  generation: FollowedLog,
  reasoningField: string,
): Promise<void> =>
  answerWith(reply, generation, ({ finishReasons }) =>
    toWholeAnswer(call, generation, finishReasons, reasoningField),
  );
