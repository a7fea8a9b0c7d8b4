import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { OAuthServer } from './oauth-server.js';
import { hashOf } from './state/state-rows.js';
import { type Introspection, StructuredTokens } from './structured-tokens.js';

const BEARER = /^bearer +(\S+)$/i;
/** Others are stored, and are for their clients to ask about. */
const STRUCTURED = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Lets who holds a token look at it and end it without being a client, and no other token. */
@Injectable()
export class TokenHolders {
  constructor(
    @Inject(StructuredTokens) private readonly tokens: StructuredTokens,
    @Inject(OAuthServer) private readonly server: OAuthServer,
  ) {}

  /** Undefined where no bearer asks: then it must be a client. */
  async introspect({ headers }: FastifyRequest, form: URLSearchParams): Promise<Introspection | undefined> {
    const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
    if (bearer === undefined) return undefined;
    const asked = form.get('token') ?? '';
    const isOwn = timingSafeEqual(Buffer.from(hashOf(bearer)), Buffer.from(hashOf(asked)));
    if (!isOwn || !STRUCTURED.test(bearer))
      throw new GatewayError('unauthorized', 'Only a client, or the bearer of this token, may ask about it.');
    return this.tokens.introspect(bearer);
  }

  /**
   * False where a client has to end it: where one says who it is, and for a refresh token, whose client is then put into the
   * form. Also true for what is no token.
   */
  async revoke({ headers }: FastifyRequest, form: URLSearchParams): Promise<boolean> {
    const token = form.get('token') ?? '';
    const { authorization } = headers;
    const isClient = form.has('client_id') || (authorization !== undefined && !BEARER.test(authorization));
    if (token === '' || isClient) return false;
    const refresh = STRUCTURED.test(token) ? undefined : await this.server.provider.RefreshToken.find(token);
    if (refresh?.clientId !== undefined) {
      form.set('client_id', refresh.clientId);
      return false;
    }
    await this.tokens.revoke(token);
    return true;
  }
}
