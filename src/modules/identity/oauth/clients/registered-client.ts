const LONGEST_NAME = 255;
const MOST_ADDRESSES = 20;
/** What ends lines, or turns the direction of writing: a page would show another name, or say something else behind it. */
const MISLEADING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

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
  if (typeof name === 'string' && MISLEADING.test(name))
    return 'client_name must not hold signs that end lines or turn the direction of writing';
  if (addresses.length > MOST_ADDRESSES) return `redirect_uris are ${MOST_ADDRESSES} at most`;
  // Nobody would have been asked: registering would be as good as a credential.
  if (Array.isArray(grants) && grants.includes('client_credentials'))
    return 'grant_types must not hold client_credentials: only administrators make such clients';
  return undefined;
}
