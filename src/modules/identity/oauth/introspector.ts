import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { hashOf } from './state/state-rows.js';
import { type Introspection, StructuredTokens } from './structured-tokens.js';

const BEARER = /^bearer +(\S+)$/i;

/** Lets the bearer of a token look at it, and at no other. */
@Injectable()
export class Introspector {
  constructor(@Inject(StructuredTokens) private readonly tokens: StructuredTokens) {}

  /** Undefined where no bearer asks: then it must be a client. */
  async ofBearer({ headers }: FastifyRequest, form: URLSearchParams): Promise<Introspection | undefined> {
    const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
    if (bearer === undefined) return undefined;
    const asked = form.get('token') ?? '';
    const isOwn = timingSafeEqual(Buffer.from(hashOf(bearer)), Buffer.from(hashOf(asked)));
    const principal = isOwn ? await this.tokens.read(bearer) : undefined;
    if (principal === undefined)
      throw new GatewayError('unauthorized', 'Only a client, or the bearer of this token, may ask about it.');
    return this.tokens.introspect(bearer, principal.tenant);
  }
}
