import type { ClientMetadata } from 'oidc-provider';
import { isNativeRedirectUri, type OAuthClientSettings } from '../../../../config/index.js';

export type OAuthClient = OAuthClientSettings;

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Grants by the names they have here. */
export const CLIENT_GRANTS = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'device_code',
] as const satisfies OAuthClient['grants'];

export const CLIENT_SCOPES = ['openid', 'profile', 'email', 'offline_access', 'read', 'write'] as const;

/** A client as oidc-provider knows it. In place of its secret stands the hash. */
export function toMetadata(client: OAuthClient): ClientMetadata {
  const isNative = client.redirectUris.some(isNativeRedirectUri);
  return {
    client_id: client.id,
    client_name: client.name,
    ...(client.secretHash === undefined ? {} : { client_secret: client.secretHash }),
    token_endpoint_auth_method: client.secretHash === undefined ? 'none' : 'client_secret_basic',
    application_type: isNative ? 'native' : 'web',
    redirect_uris: [...client.redirectUris],
    response_types: client.grants.includes('authorization_code') ? ['code'] : [],
    grant_types: client.grants.map((grant) => (grant === 'device_code' ? DEVICE_GRANT : grant)),
    scope: client.scopes.join(' '),
    tenant: client.tenant,
    role: client.role,
  };
}
