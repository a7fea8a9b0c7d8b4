import { BlockList, isIP } from 'node:net';
import { type Parser, wholeNumber } from './parser.js';

export const port: Parser<number> = { ...wholeNumber(1, 65_535), expected: 'a port from 1 to 65535' };

/** 0 lets the system choose. */
export const listenPort: Parser<number> = { ...wholeNumber(0, 65_535), expected: 'a port from 0 to 65535' };

export const host: Parser<string> = {
  expected: 'a host name or an IP address',
  parse: (raw) => {
    const value = typeof raw === 'string' ? raw.trim() : '';
    return isIP(value) !== 0 || HOST_NAME.test(value) ? value : undefined;
  },
};

/** `*` stands for any. */
export const hostOrAny: Parser<string> = {
  expected: 'a host name without a port, or `*`',
  parse: (raw) => (typeof raw === 'string' && raw.trim() === '*' ? '*' : host.parse(raw)),
};

/** An address alone is a range of one. */
export const cidr: Parser<string> = {
  expected: 'a CIDR range such as 192.168.10.0/24 or ::1/128',
  parse: (raw) => {
    const [address = '', bits, rest] = typeof raw === 'string' ? raw.trim().split('/') : [];
    const family = isIP(address);
    if (family === 0 || rest !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits)))
      return undefined;
    const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    return isSubnet(address, prefix, family) ? `${address}/${prefix}` : undefined;
  },
};

/** RFC 1918, 6598 (behind a provider's NAT), 3927, 4193, 4291: addresses that nobody has on the internet. */
const PRIVATE_RANGES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
].map((range) => {
  const [address = '', bits] = range.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return { block, family, bits: Number(bits) } as const;
});

/** Whether all addresses of a range, as `cidr` gives it, are private. */
export function isPrivateRange(range: string): boolean {
  const [address = '', bits] = range.split('/');
  const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return PRIVATE_RANGES.some(
    (known) => known.family === family && known.bits <= Number(bits) && known.block.check(address, family),
  );
}

/** An upstream's address. Keys belong in a secret of their own, because addresses are shown. */
export const httpUrl: Parser<string> = {
  expected: 'an http or https URL without user, password, query or fragment',
  parse: (raw) => {
    const url = toUrl(raw, ['http:', 'https:']);
    if (!url?.hostname || url.username || url.password || url.search || url.hash) return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

export const postgresUrl: Parser<string> = {
  expected: 'a URL such as postgresql://user:password@host:5432/database',
  parse: (raw) => {
    const url = toUrl(raw, ['postgres:', 'postgresql:']);
    return url?.hostname && isDecodable(url) ? url.href : undefined;
  },
};

export const redisUrl: Parser<string> = {
  expected:
    'a URL such as redis://host:6379/0 or rediss://host:6379/0, which ends in the number of a database',
  parse: (raw) => {
    const url = toUrl(raw, ['redis:', 'rediss:']);
    const databases = [url?.pathname.slice(1) || '0', ...(url?.searchParams.getAll('db') ?? [])];
    if (!databases.every((database) => /^\d{1,7}$/.test(database))) return undefined;
    return url?.hostname && isDecodable(url) ? url.href : undefined;
  },
};

/** `:*` in place of the port stands for any port. */
export const origin: Parser<string> = {
  expected: 'an origin such as https://app.example.org or http://localhost:*, or `*`',
  parse: (raw) => {
    const value = typeof raw === 'string' ? raw.trim() : '';
    if (value === '*') return value;
    const anyPort = value.endsWith(':*');
    const url = toUrl(anyPort ? value.slice(0, -2) : value, ['http:', 'https:']);
    if (!url || url.username || url.pathname !== '/' || url.search || url.hash) return undefined;
    // A `*` in a name would stand for itself, and let nobody in.
    if (host.parse(url.hostname.replace(/^\[|\]$/g, '')) === undefined) return undefined;
    return anyPort ? `${url.origin}:*` : url.origin;
  },
};

/** For lines that people read: without user, password and parameters. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/;

function toUrl(raw: unknown, protocols: readonly string[]): URL | undefined {
  if (typeof raw !== 'string' || !URL.canParse(raw.trim())) return undefined;
  const url = new URL(raw.trim());
  return protocols.includes(url.protocol) ? url : undefined;
}

/** A `%` in a password must be written `%25`. */
function isDecodable({ username, password, pathname }: URL): boolean {
  try {
    decodeURIComponent(username + password + pathname);
    return true;
  } catch {
    return false;
  }
}

function isSubnet(address: string, prefix: number, family: number): boolean {
  try {
    new BlockList().addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}
