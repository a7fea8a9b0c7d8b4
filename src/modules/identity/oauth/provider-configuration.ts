import type { Account, Adapter, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { AppConfig } from '../../../config/index.js';
import { isRedirectUri } from '../../../config/index.js';
import type { KeyRing } from '../tokens/key-ring.js';
import type { User, Users } from '../users/index.js';
import { CLIENT_SCOPES } from './clients/oauth-client.js';
import { faultOfRegistration } from './clients/registered-client.js';
import type { ClientDirectory } from './clients/client-directory.js';
import { DEVICE_PAGES, renderFailure } from './provider-pages.js';
import { loadGrant } from './load-grant.js';
import type { Seal } from './state/seal.js';

const CODE_TTL_S = 60;
const DEVICE_TTL_S = 600;
const INTERACTION_TTL_S = 900;
/** However often its refresh tokens are renewed, a consent ends after this. */
const GRANT_TTL_S = 365 * 86_400;

export interface ProviderParts {
  readonly config: Pick<AppConfig, 'identity' | 'oauth'>;
  readonly ring: KeyRing;
  readonly seal: Seal;
  readonly users: Users;
  readonly clients: ClientDirectory;
  readonly adapter: (model: string) => Adapter;
}

type OidcProvider = typeof import('oidc-provider');

/** OAuth 2.1 and OpenID Connect as they are offered here: codes with PKCE, devices, clients of their own, and refreshing. */
export function toConfiguration(
  { errors, interactionPolicy }: OidcProvider,
  { config, ring, seal, users, clients, adapter }: ProviderParts,
): Configuration {
  const { identity, oauth } = config;
  const { alg, kid } = ring.current;
  const issuer = new URL(identity.issuer);
  const prefix = issuer.pathname.replace(/\/$/, '');
  const cookie = { httpOnly: true, sameSite: 'lax' as const, signed: true, path: `${prefix}/oauth` };
  return {
    adapter,
    jwks: { keys: ring.privateJwks() },
    enabledJWA: { idTokenSigningAlgValues: [alg] },
    clientDefaults: { id_token_signed_response_alg: alg },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    clientBasedCORS: () => false,
    // What a client says of itself names hosts, and nobody is asked there.
    fetch: () => Promise.reject(new Error('the authorization server asks no other server')),
    responseTypes: ['code'],
    scopes: [...CLIENT_SCOPES],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      revocation: '/oauth/revoke',
      introspection: '/oauth/introspect',
      device_authorization: '/oauth/device/code',
      code_verification: '/oauth/device',
      registration: '/oauth/register',
      jwks: '/.well-known/jwks.json',
    },
    discovery: { userinfo_endpoint: `${issuer.origin}${prefix}/oauth/userinfo` },
    cookies: {
      keys: [seal.cookieKey],
      names: { session: 'citadel_session', interaction: 'citadel_interaction', resume: 'citadel_resume' },
      long: cookie,
      short: cookie,
    },
    ttl: {
      AccessToken: oauth.accessTokenTtlS,
      AuthorizationCode: CODE_TTL_S,
      ClientCredentials: oauth.accessTokenTtlS,
      DeviceCode: DEVICE_TTL_S,
      Grant: GRANT_TTL_S,
      IdToken: oauth.accessTokenTtlS,
      Interaction: INTERACTION_TTL_S,
      RefreshToken: oauth.refreshTokenTtlS,
      Session: oauth.sessionTtlS,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      // Ours answers for the tokens that the gateway itself takes.
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_context, client, token) =>
          (await tenantOf(clients, token.clientId)) === (await tenantOf(clients, client.clientId)),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
      },
      // What they registered they cannot change later, so there is no token for that.
      registration: { enabled: oauth.registration, issueRegistrationAccessToken: false },
      deviceFlow: {
        enabled: true,
        charset: 'base-20',
        mask: '****-****',
        deviceInfo: () => ({}),
        ...DEVICE_PAGES,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, _client, oneOf) => oneOf?.[0] ?? identity.issuer,
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, indicator) => {
          if (new URL(indicator).origin !== issuer.origin) throw new errors.InvalidTarget();
          return {
            audience: identity.audience,
            scope: CLIENT_SCOPES.join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: oauth.accessTokenTtlS,
            jwt: { sign: { alg, kid } as never },
          };
        },
      },
    },
    extraClientMetadata: {
      properties: ['tenant', 'role'],
      validator: (context, _key, _value, metadata) => {
        const { redirect_uris: addresses = [] } = metadata;
        if (!Array.isArray(addresses) || !addresses.every(isRedirectUri))
          throw new errors.InvalidClientMetadata('redirect_uris may use http to loopback addresses only');
        if ((context as Partial<KoaContextWithOIDC> | undefined)?.oidc?.route !== 'registration') return;
        const fault = faultOfRegistration(metadata);
        if (fault !== undefined) throw new errors.InvalidClientMetadata(fault);
      },
    },
    extraTokenClaims: async (_context, token) => {
      if (token.kind === 'ClientCredentials') {
        const client = await clients.find(token.clientId ?? '');
        return { id: token.clientId, role: client?.role, tenant: client?.tenant };
      }
      const { accountId, grantId } = token as { accountId: string; grantId?: string };
      const user = await users.findById(accountId);
      const tenant = user?.tenant ?? (await tenantOf(clients, token.clientId));
      return { id: accountId, email: user?.email, role: user?.role ?? 'user', tenant, grant: grantId };
    },
    formats: {
      customizers: {
        // A token that names no scopes could do everything here.
        jwt: async (_context, token, { payload }) => {
          if (payload.scope !== undefined) return;
          const client = await clients.find(token.clientId ?? '');
          const own = client?.scopes.filter((scope) => scope === 'read' || scope === 'write') ?? [];
          token.scope = payload.scope = token.kind === 'ClientCredentials' ? own.join(' ') || 'none' : 'none';
        },
      },
    },
    // Nobody here would know when to end those of a guest.
    issueRefreshToken: async (_context, client, { accountId }) =>
      client.grantTypeAllowed('refresh_token') && (await users.findById(accountId ?? '')) !== undefined,
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    loadExistingGrant: loadGrant,
    findAccount: async (_context, id, token) => {
      const user = await users.findById(id);
      return user === undefined && token?.kind === 'DeviceCode' ? toGuest(id) : toAccount(user);
    },
    interactions: {
      url: (_context, { uid }) => `${prefix}/oauth/interaction/${uid}`,
      policy: toPolicy(interactionPolicy, users),
    },
    renderError: renderFailure,
  };
}

/** Whoever is logged in, and may be asked by this client. */
function toPolicy({ base, Check }: OidcProvider['interactionPolicy'], users: Users) {
  const policy = base();
  const login = policy.get('login')!;
  login.checks.add(
    new Check('other_tenant', 'The user belongs to another tenant', async ({ oidc }: KoaContextWithOIDC) => {
      const accountId = oidc.session?.accountId;
      if (accountId === undefined) return Check.NO_NEED_TO_PROMPT;
      const user = await users.findById(accountId);
      const isGone = user === undefined || user.disabled || user.mustChangePassword;
      return isGone || user.tenant !== oidc.client?.tenant ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
    }),
  );
  return policy;
}

function toAccount(user: User | undefined): Account | undefined {
  if (user === undefined || user.disabled) return undefined;
  return { accountId: user.id, claims: () => Promise.resolve(toClaims(user)) };
}

/** Somebody without an account here, who let a device in with the token of another service. */
const toGuest = (id: string): Account => ({ accountId: id, claims: () => Promise.resolve({ sub: id }) });

/** All that OpenID Connect may be told of a user; the scopes decide which of it. */
const toClaims = (user: User) => ({
  sub: user.id,
  email: user.email,
  email_verified: user.emailVerified,
  name: user.name,
});

const tenantOf = async (clients: ClientDirectory, id: string | undefined): Promise<string | undefined> =>
  id === undefined ? undefined : (await clients.find(id))?.tenant;
