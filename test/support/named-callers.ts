import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../src/common/errors/gateway.error.js';
import { Gatekeeper, type ShownCredential } from '../../src/common/http/gatekeeper.js';
import { ANONYMOUS, type Principal } from '../../src/contracts/principal.js';
import type { TestGateway } from './create-app.js';

/** A caller as tests name one; they speak by an API key. */
export const caller = (id: string, more: Partial<Principal> = {}): Principal => ({
  id,
  tenant: 'default',
  role: 'user',
  scopes: ['read', 'write'],
  credential: { kind: 'api_key', id: `key-of-${id}` },
  ...more,
});

/** What such a caller shows. */
export const showing = (principal: Principal): { authorization: string } => ({
  authorization: `Bearer ${Buffer.from(JSON.stringify(principal)).toString('base64url')}`,
});

export const tokenOf = (principal: Principal): string => showing(principal).authorization.slice(7);

/** Lets everybody in as whom they say they are; who says nothing is an anonymous caller from a trusted network. */
export function believe({ app }: TestGateway): void {
  app.get(Gatekeeper).identify = (
    { headers }: IncomingMessage,
    { policy },
    { token }: ShownCredential = {},
  ) => {
    const shown = token ?? headers.authorization?.replace(/^Bearer /, '');
    if (shown !== undefined) return JSON.parse(Buffer.from(shown, 'base64url').toString('utf8')) as Principal;
    return policy === 'net' ? ANONYMOUS : new GatewayError('unauthorized', 'Authentication required.');
  };
}
