import { isIP } from 'node:net';
import { isPrivateRange } from '../../config/index.js';

/** Names that no public server has: those without a dot, and those under ends that nobody can register. */
const LOCAL_NAME = /^[^.]+$|\.(?:local|localhost|internal|lan|home|test)$/;

/** Whether a URL's host is in a network of one's own, as far as its name or address tells. */
export function isNearby(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  return version === 0 ? LOCAL_NAME.test(hostname) : isPrivateRange(`${address}/${version === 4 ? 32 : 128}`);
}
