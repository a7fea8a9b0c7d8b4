import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { addressesIn, type TrustedNetworks } from './trusted-networks.js';

const LONGEST = 64;

/**
 * Where a caller is, as far as it can be believed: behind trusted proxies the last address that none of them is, whichever
 * way they name it. Of IPv6 the network, because somebody who has one address of it has them all.
 */
export function callerAddress({ socket, headers }: IncomingMessage, networks: TrustedNetworks): string {
  const peer = socket.remoteAddress ?? '';
  if (!networks.contains(peer)) return toNetwork(peer);
  const { 'x-forwarded-for': chain, 'x-real-ip': real, forwarded } = headers;
  const lists = [chain, real, forwarded && addressesIn(forwarded)]
    .map((said) =>
      String(said ?? '')
        .split(',')
        .map((hop) => withoutPort(hop.trim())),
    )
    .map((hops) => hops.filter((hop) => hop !== ''));
  for (const hops of lists) {
    const nearest = hops.findLast((hop) => !networks.contains(hop));
    if (nearest !== undefined) return toNetwork(nearest);
  }
  return toNetwork(lists.find((hops) => hops.length > 0)?.[0] ?? peer);
}

const withoutPort = (hop: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? hop.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');

/** The first 64 bits of IPv6, unless it is IPv4 in other words. */
function toNetwork(text: string): string {
  const [address = ''] = text.split('%', 1);
  if (isIPv4(address) || !isIPv6(address)) return address.slice(0, LONGEST);
  const groups = groupsOf(address);
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff')
    return groups
      .slice(6)
      .map((group) => parseInt(group, 16))
      .map((bits) => `${bits >> 8}.${bits & 255}`)
      .join('.');
  return groups.slice(0, 4).join(':');
}

/** All eight, in the one spelling that URLs have. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail?.split(':').filter(Boolean) ?? [];
  return [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}
