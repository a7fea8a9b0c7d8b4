const LONGEST_NAME = 255;
const MOST_ADDRESSES = 20;

interface Registration {
  readonly client_name?: unknown;
  readonly redirect_uris?: readonly string[];
  readonly grant_types?: unknown;
}

/** What is wrong with a client that a stranger registers, besides what would be wrong with any. */
export function faultOfRegistration({
  client_name: name,
  redirect_uris: addresses = [],
  grant_types: grants,
}: Registration): string | undefined {
  if (typeof name === 'string' && name.length > LONGEST_NAME)
    return `client_name has ${LONGEST_NAME} characters at most`;
  if (addresses.length > MOST_ADDRESSES) return `redirect_uris are ${MOST_ADDRESSES} at most`;
  // Nobody would have been asked: registering would be as good as a credential.
  if (Array.isArray(grants) && grants.includes('client_credentials'))
    return 'grant_types must not hold client_credentials: only administrators make such clients';
  return undefined;
}
