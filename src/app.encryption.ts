import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayError } from './common/errors/gateway.error.js';
import { toGatewayError } from './common/errors/to-gateway-error.js';
import type { DecryptedBody, EncryptedRequests } from './common/http/encrypted-requests.js';
import { parseJsonBody } from './common/http/json-body.js';
import { readBytes } from './common/http/read-bytes.js';
import { noEncryptedStreams } from './common/http/refuse-stream.js';
import { wrongMediaType } from './common/http/wrong-media-type.js';

const HEADER = 'x-encrypted';
const VERSION = 'v1';
const SEALED_TYPE = 'application/octet-stream';

/** What is answered as a stream, whatever is asked for. */
const STREAMS =
  /^\/v1\/(?:voice\/chat|copilot|gui\/chat)\/completions$|^\/v1\/agents\/stream$|^\/agent\/stream$|^\/api\/v1\/ai\/(?:.+\/)?stream$|^\/api\/stream\/:agent$|^\/streaming\/sse\//;

/**
 * Bodies that devices encrypt are read before they are parsed, and what is answered to them is encrypted. To be called
 * behind what takes in signed requests: a signature is of the bytes as they are sent.
 */
export function takeEncrypted(fastify: FastifyInstance, encrypted: EncryptedRequests): void {
  fastify.decorateRequest('answerSeal', undefined);
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.headers[HEADER] === undefined) return done(null, payload);
    const fault = faultOf(request);
    if (fault !== undefined) return done(fault);
    decrypt(request, payload as Readable, encrypted).then(
      (body) => done(null, body),
      (error: unknown) => done(toGatewayError(error)),
    );
  });
  fastify.addContentTypeParser(SEALED_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseDecrypted(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    const { answerSeal } = request;
    // Without content there is nothing to hide: none was sent, or 204 forbids it.
    if (answerSeal === undefined || payload == null || reply.statusCode === 204) return done(null, payload);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return done(noEncryptedStreams());
    reply.removeHeader('content-length');
    reply.headers({ [HEADER]: VERSION, 'content-type': SEALED_TYPE });
    done(null, answerSeal(reply.statusCode, Buffer.from(payload as string)));
  });
}

/** What can be seen before the body is read. */
function faultOf({ headers, method, principal, routeOptions }: FastifyRequest): GatewayError | undefined {
  const param = 'X-Encrypted';
  if (headers[HEADER] !== VERSION)
    return new GatewayError('invalid_value', `The header ${param} must be ${VERSION}.`, { param });
  const { config, url = '' } = routeOptions;
  if (config.policy === 'pub')
    return new GatewayError('unsupported_parameter', 'Nobody is known here, so nothing is encrypted.', {
      param,
    });
  if (method === 'GET' || method === 'HEAD')
    return new GatewayError('unsupported_parameter', `A ${method} has no body that could be encrypted.`, {
      param,
    });
  if (STREAMS.test(url)) return noEncryptedStreams();
  if (principal?.device === undefined)
    return new GatewayError(
      'unauthorized',
      'Encrypted bodies are for registered devices: sign the request, or show a credential of a device.',
    );
  if (headers['content-type'] !== SEALED_TYPE)
    return new GatewayError('unsupported_media_type', `An encrypted body must be ${SEALED_TYPE}.`);
  return undefined;
}

async function decrypt(
  request: FastifyRequest,
  payload: Readable,
  encrypted: EncryptedRequests,
): Promise<Readable> {
  const sealed = await readBytes(payload, request.routeOptions.bodyLimit);
  const { body, sealAnswer } = opened(sealed, request, encrypted);
  request.answerSeal = sealAnswer;
  // What Content-Length is about, for Fastify, which compares it.
  return Object.assign(Readable.from(body), { receivedEncodedLength: sealed.length });
}

function opened(
  sealed: Buffer,
  { method, raw, principal }: FastifyRequest,
  encrypted: EncryptedRequests,
): DecryptedBody {
  const result = encrypted.open(sealed, { method, target: raw.url ?? '/', device: principal!.device! });
  if (result instanceof GatewayError) throw result;
  return result;
}

function parseDecrypted(request: FastifyRequest, body: Buffer): unknown {
  if (request.answerSeal === undefined) throw wrongMediaType(request);
  if (body.length === 0) return undefined;
  const value = parseJsonBody(body) as { stream?: unknown } | null;
  if (value?.stream === true) throw noEncryptedStreams();
  return value;
}
