import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { TrustedNetworks } from '../../../common/http/trusted-networks.js';

/**
 * Where a caller is, as far as it can be believed: behind trusted proxies the last address that none of them is. Of IPv6
 * the network, because somebody who has one address of it has them all.
 */
export function callerAddress({ socket, headers }: IncomingMessage, networks: TrustedNetworks): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  const hops = [...forwarded.split(','), socket.remoteAddress ?? ''].map((hop) => plain(hop.trim()));
  while (hops.length > 1 && hops.at(-2) !== '' && networks.contains(hops.at(-1)!)) hops.pop();
  const address = hops.at(-1)!;
  return isIPv6(address) ? networkOf(address) : address;
}

const plain = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;

/** The first 64 bits. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 4).join(':');
}
