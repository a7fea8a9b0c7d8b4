import type { GatewayError } from '../errors/gateway.error.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the body came encrypted and could be read: then the answer is encrypted too. */
    answerSeal: AnswerSeal | undefined;
  }
}

/** Encrypts the body of the answer to one request, for who has sent it. */
export type AnswerSeal = (status: number, body: Buffer) => Buffer;

/** What an encrypted body belongs to, and can be read for alone. */
export interface EncryptedHead {
  readonly method: string;
  /** Path and query, as they stand on the request line. */
  readonly target: string;
  readonly device: string;
}

export interface DecryptedBody {
  readonly body: Buffer;
  readonly sealAnswer: AnswerSeal;
}

/** Bodies that are encrypted between a device and this gateway, whoever stands between them. */
export abstract class EncryptedRequests {
  /** What a body says, or that it cannot be read. */
  abstract open(body: Buffer, head: EncryptedHead): DecryptedBody | GatewayError;
}
