import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { ClientDirectory } from './clients/client-directory.js';
import type { OAuthClient } from './clients/oauth-client.js';
import { OAuthServer } from './oauth-server.js';

type Details = Awaited<ReturnType<OAuthServer['provider']['interactionDetails']>>;

/** Somebody in the middle of an authorization, who is asked something. */
export interface Interaction {
  readonly details: Details;
  readonly client: OAuthClient;
}

interface MissingScopes {
  readonly missingOIDCScope?: string[];
  readonly missingOIDCClaims?: string[];
  readonly missingResourceScopes?: Record<string, string[]>;
}

/** What users are asked on the way, and what becomes of their answers. */
@Injectable()
export class Interactions {
  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(ClientDirectory) private readonly clients: ClientDirectory,
  ) {}

  /** The one of this browser. Throws `not_found` where it is over, or another one's. */
  async find(request: FastifyRequest, reply: FastifyReply, uid: string): Promise<Interaction> {
    let details: Details;
    try {
      const asked = this.server.toRequest(request, { url: `/oauth/interaction/${encodeURIComponent(uid)}` });
      details = await this.server.provider.interactionDetails(asked, reply.raw);
    } catch (error) {
      if (error instanceof Error && error.name === 'SessionNotFound') throw over();
      throw error;
    }
    const client = await this.clients.find(String(details.params.client_id));
    if (details.uid !== uid || client === undefined) throw over();
    return { details, client };
  }

  /** Gives where to go on. Whoever was logged in in this browser before is not any more. */
  async login({ details }: Interaction, accountId: string): Promise<string> {
    const { Session } = this.server.provider;
    const session =
      details.session?.uid === undefined ? undefined : await Session.findByUid(details.session.uid);
    if (session !== undefined && session.accountId !== accountId) {
      Object.assign(session, { accountId: undefined, authorizations: undefined, loginTs: undefined });
      await session.persist();
      Object.assign(details, { session: { uid: session.uid } });
    }
    return this.finish(details, { login: { accountId, remember: true, amr: ['pwd'] } });
  }

  /** A consent of its own each time, with what was granted before. */
  async consent({ details }: Interaction): Promise<string> {
    const { Grant } = this.server.provider;
    const accountId = details.session?.accountId;
    if (accountId === undefined) throw over();
    const old = details.grantId === undefined ? undefined : await Grant.find(details.grantId);
    const { openid, resources } = (old ?? {}) as { openid?: object; resources?: object };
    const clientId = String(details.params.client_id);
    const grant = new Grant({ accountId, clientId, openid, resources } as never);
    const missing = details.prompt.details as MissingScopes;
    if (missing.missingOIDCScope) grant.addOIDCScope(missing.missingOIDCScope.join(' '));
    if (missing.missingOIDCClaims) grant.addOIDCClaims(missing.missingOIDCClaims);
    for (const [indicator, scopes] of Object.entries(missing.missingResourceScopes ?? {}))
      grant.addResourceScope(indicator, scopes.join(' '));
    return this.finish(details, { consent: { grantId: await grant.save() } });
  }

  deny({ details }: Interaction): Promise<string> {
    return this.finish(details, { error: 'access_denied', error_description: 'The user refused.' });
  }

  private async finish(details: Details, result: Details['result']): Promise<string> {
    const isAnswer = result !== undefined && !('error' in result);
    details.result = isAnswer ? { ...details.lastSubmission, ...result } : result;
    await details.save(details.exp - Math.floor(Date.now() / 1000));
    // On the host where the browser is: its cookies are there, and its page may lead to no other.
    const { pathname, search } = new URL(details.returnTo);
    return pathname + search;
  }
}

const over = () => new GatewayError('not_found', 'This login is over, or it was begun in another browser.');
