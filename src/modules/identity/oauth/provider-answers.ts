import type { KoaContextWithOIDC } from 'oidc-provider';
import { ERROR_CATALOGUE } from '../../../common/errors/error-catalogue.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toOAuthError } from '../../../common/errors/render-error.js';
import type { ClientDirectory } from './clients/client-directory.js';
import { DEVICE_GRANT } from './clients/oauth-client.js';
import { FIRST_INTERVAL_S, hashOf, type StateRows } from './state/state-rows.js';
import type { StructuredTokens } from './structured-tokens.js';

type Context = KoaContextWithOIDC & { readonly state: { fault?: unknown } };
type Amend = (context: Context) => Promise<void> | void;

export interface AnswerParts {
  readonly rows: StateRows;
  readonly clients: ClientDirectory;
  readonly tokens: StructuredTokens;
  readonly now: () => number;
}

/** What oidc-provider answers, put right where we promise more than it does. */
export function amendAnswers({ rows, clients, tokens, now }: AnswerParts) {
  const byRoute: Readonly<Record<string, Amend>> = {
    device_authorization: (context) => {
      nameRefusedGrant(context, DEVICE_GRANT);
      if (context.status === 200) Object.assign(context.body as object, { interval: FIRST_INTERVAL_S });
    },
    token: async (context) => {
      nameRefusedGrant(context, context.oidc.params?.grant_type);
      await spendCode(context, rows);
      if (errorOf(context) !== 'authorization_pending') return;
      const code = context.oidc.params?.device_code;
      if (typeof code !== 'string' || !(await rows.asksTooEarly(hashOf(code), new Date(now())))) return;
      context.body = {
        error: 'slow_down',
        error_description: `polled too early; wait ${FIRST_INTERVAL_S} seconds longer from now on`,
      };
    },
    introspection: async (context) => {
      const { client, params } = context.oidc;
      // Naming a client proves nothing (RFC 7662, section 2.1).
      if (client === undefined || client.clientAuthMethod === 'none') return refuse(context);
      if (errorOf(context) !== 'unsupported_token_type') return;
      const tenant = (await clients.find(client.clientId))?.tenant ?? '';
      context.status = 200;
      context.body = await tokens.introspect(String(params?.token), tenant);
    },
    revocation: async (context) => {
      const { client, params } = context.oidc;
      if (client === undefined || errorOf(context) !== 'unsupported_token_type') return;
      await tokens.revoke(String(params?.token), client.clientId);
      context.status = 200;
      context.body = '';
    },
  };

  return async (context: Context, next: () => Promise<void>): Promise<void> => {
    const isAllowed = context.response.get('access-control-allow-origin') !== '';
    letPost(context);
    try {
      await next();
      // What matches no route has none of it.
      const route = (context as Partial<Context>).oidc?.route;
      if (route !== undefined) await byRoute[route]?.(context);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      context.state.fault = error;
    }
    const { fault } = context.state;
    if (fault instanceof GatewayError) answerFault(context, fault);
    // Which pages may ask is decided for the whole gateway.
    if (!isAllowed) context.remove('access-control-allow-origin');
  };
}

/** `form_post` sends the browser on by a script: oidc-provider adds its hash where a policy speaks of scripts, and else none runs. */
function letPost(context: Context): void {
  if (!context.path.startsWith('/oauth/authorize')) return;
  const policy = 'content-security-policy';
  context.set(policy, `${context.response.get(policy)}; script-src`);
}

const errorOf = ({ body }: Context): unknown =>
  typeof body === 'object' && body !== null ? (body as { error?: unknown }).error : undefined;

/** RFC 6749, section 5.2, has a word of its own for a grant that is not for this client. */
function nameRefusedGrant(context: Context, grant: unknown): void {
  const { client } = context.oidc;
  if (errorOf(context) !== 'invalid_request' || typeof grant !== 'string') return;
  if (client?.grantTypeAllowed(grant) === false)
    Object.assign(context.body as object, { error: 'unauthorized_client' });
}

/**
 * Who shows a code has used it up, also where the verifier, the address or the client is not the one it was given for: then it
 * has come into wrong hands. No token ends by that, so that a stranger who has seen a code logs nobody out.
 */
async function spendCode(context: Context, rows: StateRows): Promise<void> {
  const { grant_type: grant, code } = context.oidc.params ?? {};
  if (grant !== 'authorization_code' || typeof code !== 'string' || errorOf(context) !== 'invalid_grant')
    return;
  await rows.spend('AuthorizationCode', hashOf(code));
}

function refuse(context: Context): void {
  context.status = 401;
  context.body = { error: 'invalid_client', error_description: 'client authentication is required' };
}

/** A database that is away is no fault of the request. */
function answerFault(context: Context, fault: GatewayError): void {
  const { code, retryAfterS } = fault;
  context.status = ERROR_CATALOGUE[code].status;
  if (retryAfterS !== undefined) context.set('retry-after', String(retryAfterS));
  if (!context.response.is('html')) context.body = toOAuthError(fault);
}
