import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { TrustedNetworks } from '../../../common/http/trusted-networks.js';

/** The address a request comes from; behind trusted proxies the nearest that is not one of them. */
export function callerAddress({ socket, headers }: IncomingMessage, networks: TrustedNetworks): string {
  const peer = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (forwarded === undefined || !networks.contains(peer)) return toNetwork(peer);
  const named = String(forwarded).split(',');
  const nearest = named.findLast((address) => !networks.contains(address.trim()));
  return toNetwork(nearest?.trim() ?? peer);
}

/** Of IPv6 everybody has a whole network of 64 bits. */
function toNetwork(address: string): string {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address.slice(0, 64);
  const [head = '', tail] = address.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail?.split(':').filter(Boolean) ?? [];
  const zeros = tail === undefined ? [] : Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
