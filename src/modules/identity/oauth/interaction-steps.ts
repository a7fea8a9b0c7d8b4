import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import { faultOfPassword, Login, type User, Users } from '../users/index.js';
import { type Interaction, Interactions } from './interactions.js';
import { OAuthServer } from './oauth-server.js';
import { consentPage } from './pages/consent-page.js';
import { loginPage, passwordPage } from './pages/login-page.js';
import { type Page, targetOf } from './pages/page.js';

export type StepOutcome = { readonly goOn: string } | { readonly page: Page; readonly error?: GatewayError };

const WRONG = 'The email address or the password is wrong.';

/** Logging in, choosing a password and consenting, a form at a time. */
@Injectable()
export class InteractionSteps {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(Interactions) private readonly interactions: Interactions,
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(Login) private readonly login: Login,
    @Inject(Users) private readonly users: Users,
    @Inject(AppConfig) { http }: AppConfig,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  async page(interaction: Interaction): Promise<Page> {
    const { details, client } = interaction;
    const accountId = details.session?.accountId;
    const user = accountId === undefined ? undefined : await this.users.findById(accountId);
    if (details.prompt.name !== 'consent' || user === undefined) return loginPage(this.formOf(interaction));
    const { scope, redirect_uri: redirectUri } = details.params;
    return consentPage({
      ...this.formOf(interaction),
      user: user.email,
      scopes: [...new Set((typeof scope === 'string' ? scope : '').split(' '))].filter((each) =>
        client.scopes.includes(each),
      ),
      destination: typeof redirectUri === 'string' ? destinationOf(redirectUri) : undefined,
    });
  }

  async take(interaction: Interaction, form: URLSearchParams, request: FastifyRequest): Promise<StepOutcome> {
    switch (form.get('action') ?? '') {
      case 'login':
        return this.logIn(interaction, form, request);
      case 'password':
        return this.choosePassword(interaction, form, request);
      case 'consent':
        if (interaction.details.prompt.name !== 'consent') break;
        return { goOn: await this.interactions.consent(interaction) };
      case 'switch':
        return { page: loginPage(this.formOf(interaction)) };
      case 'deny':
        return { goOn: await this.interactions.deny(interaction) };
    }
    throw new GatewayError('invalid_request', 'The form says nothing that could be done.');
  }

  private async logIn(
    interaction: Interaction,
    form: URLSearchParams,
    request: FastifyRequest,
  ): Promise<StepOutcome> {
    const known = await this.identify(interaction, form, request);
    if (known instanceof GatewayError) return this.again(interaction, form, known);
    if (!known.mustChangePassword) return { goOn: await this.interactions.login(interaction, known.id) };
    return { page: passwordPage({ ...this.formOf(interaction), email: known.email }) };
  }

  private async choosePassword(
    interaction: Interaction,
    form: URLSearchParams,
    request: FastifyRequest,
  ): Promise<StepOutcome> {
    const email = form.get('email') ?? '';
    const chosen = form.get('new_password') ?? '';
    const retry = (error: GatewayError): StepOutcome => ({
      page: passwordPage({ ...this.formOf(interaction), email, fault: error.message }),
      error,
    });
    const known = await this.identify(interaction, form, request);
    if (known instanceof GatewayError) return retry(known);
    const fault =
      chosen !== form.get('repeated')
        ? 'The two new passwords differ.'
        : chosen === form.get('password')
          ? 'The new password must be another one.'
          : faultOfPassword(chosen, known.email);
    if (fault !== undefined) return retry(new GatewayError('invalid_value', fault));
    await this.users.setPassword(known, chosen);
    return { goOn: await this.interactions.login(interaction, known.id) };
  }

  /** By email and password, among the users of the client's tenant. */
  private async identify(
    { client }: Interaction,
    form: URLSearchParams,
    { raw }: FastifyRequest,
  ): Promise<User | GatewayError> {
    const email = form.get('email') ?? '';
    const password = form.get('password') ?? '';
    if (email === '' || password === '' || email.length > 320 || password.length > 256)
      return new GatewayError('invalid_value', WRONG);
    const address = callerAddress(raw, this.networks);
    try {
      const user = await this.login.attempt({ tenant: client.tenant, email, password, address });
      return user ?? new GatewayError('invalid_value', WRONG);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'rate_limit_exceeded') return error;
      throw error;
    }
  }

  private again(interaction: Interaction, form: URLSearchParams, error: GatewayError): StepOutcome {
    const email = form.get('email') ?? '';
    return { page: loginPage({ ...this.formOf(interaction), email, fault: error.message }), error };
  }

  private formOf({ details, client }: Interaction) {
    return {
      client: client.name,
      action: `${this.server.issuer.pathname.replace(/\/$/, '')}/oauth/interaction/${details.uid}`,
      csrf: this.server.seal.formToken(details.uid),
      leadsTo: targetOf(details.params.redirect_uri),
    };
  }
}

/** As the user would recognise it. */
function destinationOf(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri);
  if (protocol === 'https:') return host;
  return protocol === 'http:'
    ? 'an application on this computer'
    : `the application ${protocol.slice(0, -1)}`;
}
