import { createHash } from 'node:crypto';
import type { Role } from '../contracts/principal.js';
import type { OAuthClientSettings, OAuthConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import { flag, listOf, name, oneOf, type Parser, text, wholeNumber } from './parser.js';
import { isRedirectUri } from './redirect-uri.js';
import type { Sources } from './sources.js';
import type { YamlSection } from './yaml-section.js';

const DAY_S = 86_400;
/** Secrets are kept as plain digests: one that can be guessed could be read from its digest. */
const SHORTEST_SECRET = 16;
const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials', 'device_code'] as const;
const SCOPES = ['openid', 'profile', 'email', 'offline_access', 'read', 'write'] as const;
const ROLES = ['user', 'premium', 'admin'] as const satisfies readonly Role[];

const redirectUri: Parser<string> = {
  expected:
    'an https address, an http one of this computer, or one of an application such as com.example.app:/done',
  parse: (raw) => (typeof raw === 'string' && isRedirectUri(raw) ? raw : undefined),
};

/**
 * The authorization server: how long what it gives out is good for, and the clients that are declared. `audience` is whom
 * access tokens are for: an ID token is for its client, and must not look like one.
 */
export function toOAuthConfig(sources: Sources, audience: string): OAuthConfig {
  const { environment, env, yaml, oauthClientsYaml } = sources;
  const oauth = yaml.section('oauth');
  const seconds = (most: number) => wholeNumber(1, most);
  const lists = [...oauth.list('clients'), ...oauthClientsYaml.list('clients')];
  const clients = lists.map((section) => toClient(section, sources));
  if (environment === 'development' && clients.every(({ id }) => id !== DEMO_CLIENT.id))
    clients.push(DEMO_CLIENT);
  const twice = clients.find(({ id }, index) => clients.findIndex((other) => other.id === id) !== index);
  if (twice) throw new ConfigError(`The OAuth client ${twice.id} is declared twice`);
  if (clients.some(({ id }) => id === audience))
    throw new ConfigError(
      `The OAuth client ${audience} must not be called as the audience of access tokens is (AUTH_AUDIENCE)`,
    );
  return {
    accessTokenTtlS: firstSet(
      env.OAUTH_ACCESS_TOKEN_TTL_S,
      oauth.read('access_token_ttl', seconds(DAY_S)),
      900,
    ),
    refreshTokenTtlS: firstSet(
      env.OAUTH_REFRESH_TOKEN_TTL_S,
      oauth.read('refresh_token_ttl', seconds(365 * DAY_S)),
      30 * DAY_S,
    ),
    sessionTtlS: firstSet(env.OAUTH_SESSION_TTL_S, oauth.read('session_ttl', seconds(30 * DAY_S)), 8 * 3600),
    registration: firstSet(env.OAUTH_REGISTRATION, oauth.read('registration', flag), false),
    demo: environment === 'development',
    clients,
  };
}

/** For trying out, in development only: public, and it sends codes to this computer alone. */
export const DEMO_CLIENT: OAuthClientSettings = {
  id: 'citadel-demo',
  name: 'Citadel demo',
  tenant: 'default',
  role: 'user',
  secretHash: undefined,
  redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
  grants: ['authorization_code', 'refresh_token', 'device_code'],
  scopes: [...SCOPES],
};

function toClient(section: YamlSection, { secrets }: Sources): OAuthClientSettings {
  const id = section.require('id', name);
  const secretName = section.read('secret_env', name);
  const secret = secretName === undefined ? undefined : secrets.find(secretName);
  if (secretName !== undefined && secret === undefined)
    throw new ConfigError(`${section.label('secret_env')} names ${secretName}, which is not set`);
  if (secret !== undefined && secret.value.length < SHORTEST_SECRET)
    throw new ConfigError(
      `${section.label('secret_env')} names ${secretName}, whose value has fewer than ${SHORTEST_SECRET} characters`,
    );
  const redirectUris = section.read('redirect_uris', listOf(redirectUri)) ?? [];
  const grants = section.read('grants', listOf(oneOf(...GRANTS))) ?? ['authorization_code', 'refresh_token'];
  const scopes = section.read('scopes', listOf(oneOf(...SCOPES))) ?? [...SCOPES];
  for (const [field, { length }] of Object.entries({ grants, scopes }))
    if (length === 0)
      throw new ConfigError(`${section.label(field)} is empty, and the client ${id} could do nothing`);
  if (grants.includes('authorization_code') && redirectUris.length === 0)
    throw new ConfigError(`${section.label('redirect_uris')} is missing, and the client ${id} gets codes`);
  if (grants.includes('client_credentials') && secret === undefined)
    throw new ConfigError(`${section.label('secret_env')} is missing: ${id} has credentials of its own`);
  return {
    id,
    name: section.read('name', text) ?? id,
    tenant: section.read('tenant', name) ?? 'default',
    role: section.read('role', oneOf(...ROLES)) ?? 'user',
    secretHash: secret && createHash('sha256').update(secret.value).digest('base64url'),
    redirectUris,
    grants,
    scopes,
  };
}
