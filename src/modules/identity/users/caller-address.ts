import { isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { TrustedNetworks } from '../../../common/http/trusted-networks.js';

/**
 * From where a request came, as far as that can be believed: trusted proxies are asked for whom they speak, the nearest
 * first. A subscriber has a /64 of IPv6, so that counts as one.
 */
export function callerAddress({ socket, headers }: IncomingMessage, networks: TrustedNetworks): string {
  const peer = plain(socket.remoteAddress ?? '');
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined || !networks.contains(peer)) return networkOf(peer);
  const speaksFor = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded).split(',').map(plain);
  return networkOf(speaksFor.findLast((address) => !networks.contains(address)) ?? speaksFor[0] ?? peer);
}

const plain = (address: string): string => address.trim().replace(/^::ffff:(?=\d+\.)/i, '');

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...zeros, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${groups.join(':')}::/64`;
}
