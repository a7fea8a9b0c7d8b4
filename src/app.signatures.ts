import type { Readable } from 'node:stream';
import { Readable as BodyStream } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from './common/errors/gateway.error.js';
import { toGatewayError } from './common/errors/to-gateway-error.js';
import type { Gatekeeper } from './common/http/gatekeeper.js';
import { joinCallers } from './common/http/join-callers.js';
import { readBytes } from './common/http/read-bytes.js';
import type { SignedRequest, SignedRequests } from './common/http/signed-requests.js';
import type { Principal } from './contracts/principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set where the head carries a signature, until the body has shown whether it is good. */
    signedRequest: SignedRequest | undefined;
  }
}

/**
 * Looks at the signature in a head. `alone`: there is one, and beside it nothing but what SDKs send because they must send
 * something. Undefined where there is more to look at.
 */
export function startSigned(
  request: FastifyRequest,
  signatures: SignedRequests,
  gatekeeper: Gatekeeper,
): 'alone' | GatewayError | undefined {
  if (!signatures.isSigned(request.raw)) return undefined;
  const signed = signatures.read(request.raw);
  if (signed instanceof GatewayError) return signed;
  request.signedRequest = signed;
  return gatekeeper.isShownIn(request.raw) ? undefined : 'alone';
}

/** A token or a key of a device that has been stolen is not enough for everything. */
export function requireSignature(request: FastifyRequest, { device }: Principal): GatewayError | undefined {
  if (device === undefined || request.routeOptions.config.sensitive !== true) return undefined;
  if (request.signedRequest !== undefined) return undefined;
  return new GatewayError(
    'signature_required',
    'The credential belongs to a device, and this has to be signed with the key of the device.',
  );
}

/** Takes in the bodies of signed requests, and lets them be parsed when the signature has been found to be good. */
export function takeSigned(fastify: FastifyInstance, gatekeeper: Gatekeeper): void {
  fastify.decorateRequest('signedRequest', undefined);
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const { signedRequest } = request;
    if (signedRequest === undefined) return done(null, payload);
    verify(request, signedRequest, payload, gatekeeper).then(
      (body) => done(null, BodyStream.from(body)),
      (error: unknown) => done(toGatewayError(error)),
    );
  });
}

async function verify(
  request: FastifyRequest,
  signed: SignedRequest,
  payload: Readable,
  gatekeeper: Gatekeeper,
): Promise<Buffer> {
  const { bodyLimit, config } = request.routeOptions;
  const access = { policy: config.policy!, scope: config.scope };
  const body = await readBytes(payload, bodyLimit);
  const caller = joinCallers(await signed.verify(body), request.principal);
  const verdict = caller instanceof GatewayError ? caller : gatekeeper.admit(request.raw, access, caller);
  if (verdict instanceof GatewayError) throw verdict;
  request.principal = verdict;
  return body;
}
