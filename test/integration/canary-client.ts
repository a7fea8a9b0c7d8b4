import { createHash, randomBytes } from 'node:crypto';
import type { FormBrowser, SeenPage } from '../support/form-browser.js';
import type { Canaries } from './canary-support.js';
import { type Answer, ask } from './devices-support.js';
import { CLI_CALLBACK, type OAuthGateway } from './oauth-support.js';

export const CHAT_PATH = '/v1/chat/completions';
export const CHAT = { model: 'fake-model', messages: [{ role: 'user', content: 'Hello' }] };

export interface Login {
  readonly browser: FormBrowser;
  readonly verifier: string;
  readonly page: SeenPage;
}

/** Comes by credentials as clients do, and keeps each as a canary. */
export class CanaryClient {
  /** Headers that show a credential, by its name. */
  readonly holders = new Map<string, Record<string, string>>();

  constructor(
    private readonly gateway: OAuthGateway,
    private readonly canaries: Canaries,
  ) {}

  /** Keeps a credential that is shown as a header, by default as a bearer. Gives the header. */
  hold(name: string, secret: string, headers = bearer(secret)): Record<string, string> {
    this.canaries.keep(name, secret);
    this.holders.set(name, headers);
    return headers;
  }

  basic(client: string, secret: string): { authorization: string } {
    const credentials = btoa(`${client}:${secret}`);
    this.canaries.keep(`name and secret of ${client}`, credentials);
    return { authorization: `Basic ${credentials}` };
  }

  ask(method: string, path: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> {
    return ask(this.gateway.url + path, method, options);
  }

  async form(path: string, fields: Record<string, string>, headers = {}): Promise<Answer> {
    const body = new URLSearchParams(fields);
    const response = await fetch(this.gateway.url + path, { method: 'POST', body, headers });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** The status of a question to a model. */
  async chat(headers: Record<string, string> | undefined): Promise<number> {
    return (await this.ask('POST', CHAT_PATH, { body: CHAT, headers })).status;
  }

  async beginLogin(client: string, redirectUri: string, scope: string): Promise<Login> {
    const verifier = randomBytes(32).toString('base64url');
    this.canaries.keep(`verifier of ${client}`, verifier);
    const query = new URLSearchParams({
      client_id: client,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      prompt: 'consent',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const browser = this.gateway.browser();
    return { browser, verifier, page: await browser.open(`/oauth/authorize?${query.toString()}`) };
  }

  /** The code that comes of it. */
  async allow(name: string, { browser }: Login, page: SeenPage): Promise<string> {
    const back = await browser.submit(page, { action: 'consent' });
    for (const [cookie, value] of browser.kept) this.canaries.keep(`cookie ${cookie} of ${name}`, value);
    return this.canaries.keep(`code of ${name}`, new URL(back.url).searchParams.get('code') ?? '');
  }

  /** Tokens for a code of the public client. */
  redeem(name: string, code: string, verifier: string): Promise<Tokens> {
    const grant = { grant_type: 'authorization_code', client_id: 'cli', redirect_uri: CLI_CALLBACK };
    return this.tokens(name, { ...grant, code, code_verifier: verifier });
  }

  async tokens(name: string, fields: Record<string, string>, headers = {}): Promise<Tokens> {
    const { status, body } = await this.form('/oauth/token', fields, headers);
    if (status !== 200) throw new Error(`${name}: ${JSON.stringify(body)}`);
    const {
      access_token: access,
      refresh_token: refresh,
      id_token: idToken,
    } = body as Record<string, string>;
    if (refresh !== undefined) this.canaries.keep(`refresh token of ${name}`, refresh);
    if (idToken !== undefined) this.canaries.keep(`id token of ${name}`, idToken);
    return { headers: this.hold(`access token of ${name}`, access!), access: access!, refresh, idToken };
  }
}

export interface Tokens {
  readonly headers: Record<string, string>;
  readonly access: string;
  readonly refresh: string | undefined;
  readonly idToken: string | undefined;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
