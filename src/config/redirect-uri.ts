const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
/** Of an application: reversed names have a dot (RFC 8252, section 7.1), so `javascript:` and its like are none. */
const PRIVATE_SCHEME = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/;

/** Signs that mean something else where addresses are listed are in no name that could be reached. */
const HOST_NAME = /^[a-z0-9.-]+$/;

/** Left out, or written in another way, by whoever reads the address: it would not be the one that is registered. */
const UNSEEN = /[\s\p{C}]/u;

/** Whether codes may be sent there: without a fragment or credentials, and over http to this computer only. */
export function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || UNSEEN.test(text) || text.length > 2048) return false;
  const url = new URL(text);
  if (url.hash !== '' || text.includes('#') || url.username !== '' || url.password !== '') return false;
  if (url.protocol === 'https:') return HOST_NAME.test(url.hostname);
  return url.protocol === 'http:' ? LOOPBACK.has(url.hostname) : PRIVATE_SCHEME.test(url.protocol);
}

/** Whether it belongs to an application on the user's own device. */
export function isNativeRedirectUri(text: string): boolean {
  return new URL(text).protocol !== 'https:';
}
