import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyRoom } from './common/http/body-room.js';
import { callerAddress } from './common/http/caller-address.js';
import { MeteredBody, UNCOUNTED_BYTES } from './common/http/metered-body.js';
import { TrustedNetworks } from './common/http/trusted-networks.js';
import type { HttpConfig } from './config/index.js';

/** Of all bodies that are under way at the same time; where one may be very large, four of those. */
const MOST_BYTES = 256 * 1024 * 1024;
const LARGEST_AT_ONCE = 4;

/** Bounds what lies in memory of bodies whose rest is awaited. To be called before whatever reads them. */
export function boundBodies(fastify: FastifyInstance, http: HttpConfig): void {
  const room = new BodyRoom(Math.max(MOST_BYTES, LARGEST_AT_ONCE * http.maxChatBodyBytes));
  const networks = new TrustedNetworks(http.trustedNetworks);
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    if (isSmall(request)) return done(null, payload);
    done(null, new MeteredBody(payload as Readable, room, nameOf(request, networks)));
  });
}

/** Without chunks it is no longer than it says. */
const isSmall = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= UNCOUNTED_BYTES;

/** Those whom a trusted network lets in without a credential are many. Of others who are not known yet there is the address. */
function nameOf({ principal, raw }: FastifyRequest, networks: TrustedNetworks): string | undefined {
  if (principal === undefined) return callerAddress(raw, networks);
  return principal.credential === undefined ? undefined : JSON.stringify([principal.tenant, principal.id]);
}
