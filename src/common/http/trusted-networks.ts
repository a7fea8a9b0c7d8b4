import { BlockList, isIP, type Socket } from 'node:net';
import type { IncomingMessage } from 'node:http';

const trusted = Symbol('trusted');

/** Tells callers from trusted networks from all others, by the address that connects and the one it speaks for. */
export class TrustedNetworks {
  private readonly ranges = new BlockList();

  constructor(cidrs: readonly string[]) {
    for (const cidr of cidrs) {
      const [address = '', bits] = cidr.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      this.ranges.addSubnet(
        address,
        bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits),
        family,
      );
    }
  }

  /**
   * A trusted peer that forwards for someone else is a proxy: then every address it names must be trusted as well. What
   * other peers say about whom they speak for means nothing.
   */
  isTrusted({ socket, headers }: IncomingMessage): boolean {
    if (!this.isPeerTrusted(socket)) return false;
    const { 'x-forwarded-for': chain, 'x-real-ip': real, forwarded } = headers;
    if (chain === undefined && real === undefined && forwarded === undefined) return true;
    return [chain, real, forwarded && addressesIn(forwarded)]
      .filter((said) => said !== undefined)
      .every((said) =>
        String(said)
          .split(',')
          .every((address) => this.contains(address.trim())),
      );
  }

  contains(address: string): boolean {
    const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
    const version = isIP(plain);
    return version !== 0 && this.ranges.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  }

  /** A connection's address does not change, so it is looked up once. */
  private isPeerTrusted(socket: Socket & { [trusted]?: boolean }): boolean {
    return (socket[trusted] ??= this.contains(socket.remoteAddress ?? ''));
  }
}

/** Of RFC 7239, section 4. One that names nobody, or hides them, leaves a text that is no address. */
export function addressesIn(forwarded: string): string {
  return forwarded
    .split(',')
    .map(
      (hop) =>
        /(?:^|;)\s*for="?\[?([^;"\]]*)/i.exec(hop.trim())?.[1]?.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1') ??
        'nobody',
    )
    .join(',');
}
