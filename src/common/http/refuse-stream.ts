import type { FastifyReply } from 'fastify';
import { GatewayError } from '../errors/gateway.error.js';
import './encrypted-requests.js';

export const noEncryptedStreams = () =>
  new GatewayError('unsupported_parameter', 'What is asked for encrypted cannot be answered by a stream.', {
    param: 'stream',
  });

/** Who has asked encrypted is not answered in clear. */
export function requireClear({ request }: FastifyReply): void {
  if (request.answerSeal !== undefined) throw noEncryptedStreams();
}
