import type { KoaContextWithOIDC } from 'oidc-provider';

type Grant = InstanceType<KoaContextWithOIDC['oidc']['provider']['Grant']>;

/**
 * The consent under which an authorization happens. Where an older one suffices it is copied, so that what one of them
 * gave out can be taken back without the others.
 */
export async function loadGrant({ oidc }: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { provider, client, result, session } = oidc;
  const fresh = result?.consent?.grantId;
  if (fresh !== undefined) return provider.Grant.find(fresh);
  const known = client && session?.grantIdFor(client.clientId);
  const grant = known === undefined ? undefined : await provider.Grant.find(known);
  // Applications on the user's own device ask anew each time.
  if (grant === undefined || grant.accountId !== session?.accountId) return undefined;
  if (client?.applicationType === 'native') return grant;
  const { accountId, clientId, openid, resources } = grant as Grant & { openid?: object; resources?: object };
  const copy = new provider.Grant({ accountId, clientId, openid, resources } as never);
  await copy.save();
  return copy;
}
