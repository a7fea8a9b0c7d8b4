import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { AppConfig } from '../../../config/index.js';
import { Revocations } from '../revocations/revocations.js';
import { KeyRing } from '../tokens/key-ring.js';
import { type User, Users, UserSessions } from '../users/index.js';
import { acceptForms } from './accept-forms.js';
import { ClientDirectory } from './clients/client-directory.js';
import { loadProvider } from './load-provider.js';
import { amendAnswers } from './provider-answers.js';
import { toConfiguration } from './provider-configuration.js';
import { type ProviderRequest, toProviderRequest } from './provider-request.js';
import { DatabaseAdapter } from './state/database-adapter.js';
import { Seal } from './state/seal.js';
import { hashOf, StateRows } from './state/state-rows.js';
import { StructuredTokens } from './structured-tokens.js';

/** The authorization server: oidc-provider with our users, clients, keys and pages. */
@Injectable()
export class OAuthServer implements OnModuleInit {
  readonly issuer: URL;
  readonly seal: Seal;
  private readonly logger = new Logger('OAuth');
  private running: Provider | undefined;
  private handle: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(KeyRing) private readonly ring: KeyRing,
    @Inject(Users) private readonly users: Users,
    @Inject(UserSessions) private readonly sessions: UserSessions,
    @Inject(ClientDirectory) private readonly clients: ClientDirectory,
    @Inject(StateRows) private readonly rows: StateRows,
    @Inject(StructuredTokens) private readonly tokens: StructuredTokens,
    @Inject(Revocations) private readonly revocations: Revocations,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    this.issuer = new URL(config.identity.issuer);
    this.seal = new Seal(ring.current.privateKey);
  }

  get provider(): Provider {
    if (this.running === undefined) throw new Error('The authorization server has not started.');
    return this.running;
  }

  async onModuleInit(): Promise<void> {
    acceptForms(this.host.httpAdapter.getInstance<FastifyInstance>());
    this.sessions.onEnd((user) => this.endLogins(user));
    this.running = await this.create();
    this.handle = this.running.callback();
  }

  /** Lets oidc-provider answer, with the headers that every answer has. */
  async answer(request: FastifyRequest, reply: FastifyReply, asked: ProviderRequest): Promise<void> {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders() as OutgoingHttpHeaders))
      if (value !== undefined) reply.raw.setHeader(name, value);
    await this.handle?.(this.toRequest(request, asked), reply.raw);
  }

  toRequest({ raw }: FastifyRequest, asked: ProviderRequest): IncomingMessage {
    return toProviderRequest(raw, this.issuer, asked);
  }

  private async create(): Promise<Provider> {
    const library = await loadProvider();
    const { users, clients, rows, tokens, config, ring, seal } = this;
    const { InvalidGrant, InvalidRequest } = library.errors;
    const events = {
      reused: async (model: string, grantId: string | undefined): Promise<never> => {
        if (grantId !== undefined) await this.endGrant(grantId);
        throw new InvalidGrant(`${model} already consumed`);
      },
      decided: (): never => {
        throw new InvalidRequest('the device code has been decided about');
      },
      revoked: (grantId: string, tenant: string) => this.revokeTokensOf(grantId, tenant),
    };
    const provider = new library.Provider(
      config.identity.issuer,
      toConfiguration(library, {
        config,
        ring,
        seal,
        users,
        clients,
        adapter: (model) => new DatabaseAdapter(model, { rows, clients, seal, events }),
      }),
    );
    provider.proxy = true;
    // What is stored is the hash of a secret.
    const client = provider.Client.prototype as unknown as SecretHolder;
    client.compareClientSecret = function (actual) {
      return isSame(this.clientSecret ?? '', hashOf(actual));
    };
    keepOnlyKnownSessions(provider.Session.prototype);
    provider.use(amendAnswers({ rows, clients, tokens, now: () => SYSTEM_CLOCK.now() }) as never);
    provider.on('server_error', (context: { state: { fault?: unknown } }, error: Error) => {
      context.state.fault = error;
      if (error.name !== 'GatewayError') this.logger.error({ err: error }, 'a request failed');
    });
    provider.on('error' as 'server_error', (error: unknown) =>
      this.logger.error({ err: error }, 'a request failed'),
    );
    return provider;
  }

  /** The sessions and tokens of a user. What is known of them goes last: it tells what there is to be revoked. */
  private async endLogins({ id, tenant }: User): Promise<void> {
    const grants = new Set(await this.rows.grantsOfAccount(id));
    for (const grantId of grants) await this.revokeTokensOf(grantId, tenant);
    for (const grantId of await this.rows.deleteOfAccount(id))
      if (!grants.has(grantId)) await this.revokeTokensOf(grantId, tenant);
  }

  private async endGrant(grantId: string): Promise<void> {
    const { RefreshToken, Grant } = this.provider;
    await RefreshToken.revokeByGrantId(grantId);
    await (Grant as unknown as { adapter: { destroy(id: string): Promise<void> } }).adapter.destroy(grantId);
  }

  private async revokeTokensOf(grantId: string, tenant: string): Promise<void> {
    const untilMs = SYSTEM_CLOCK.now() + (this.config.oauth.accessTokenTtlS + 60) * 1000;
    await this.revocations.revoke({ kind: 'grant', id: grantId, tenant, untilMs });
  }
}

interface Persistent {
  exp?: number;
  persist: (this: Persistent) => Promise<unknown>;
}

/** A page for somebody who has no session yet, such as one of an error, leaves none behind: there is nothing to go on with. */
function keepOnlyKnownSessions(session: Persistent): void {
  const { persist } = session;
  session.persist = function (this: Persistent) {
    return this.exp === undefined ? Promise.resolve() : persist.call(this);
  };
}

interface SecretHolder {
  readonly clientSecret?: string;
  compareClientSecret(this: SecretHolder, actual: string): boolean;
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
