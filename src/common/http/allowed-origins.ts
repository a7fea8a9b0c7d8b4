import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors/gateway.error.js';
import { toOriginPattern } from './cors.js';

type Head = Pick<IncomingMessage, 'headers'>;

const LOCAL = ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => [
  `http://${name}:*`,
  `https://${name}:*`,
]);

/**
 * Which web pages may open sockets, and begin what a GET begins. Browsers put no other bound on that, so a page from
 * anywhere could use its reader's place in a trusted network (RFC 6455, section 10.2).
 */
export class AllowedOrigins {
  private readonly patterns: readonly RegExp[];
  private readonly all: boolean;

  constructor(origins: readonly string[]) {
    this.all = origins.includes('*');
    this.patterns = [...LOCAL, ...origins.filter((origin) => origin !== '*')].map(toOriginPattern);
  }

  /** A client that is no browser names no origin. */
  allows({ headers: { origin, host = '' } }: Head): boolean {
    return (
      origin === undefined || this.all || isOwn(origin, host) || this.patterns.some((it) => it.test(origin))
    );
  }

  /**
   * For a GET that must not come from anywhere. A page can ask for it as for a picture, and then no origin is named; but
   * the browser says how far away the page is (W3C Fetch Metadata).
   */
  allowsGet(request: Head): boolean {
    const { origin, 'sec-fetch-site': site } = request.headers;
    return origin === undefined ? this.all || site !== 'cross-site' : this.allows(request);
  }
}

/** A page that was served from here. Names are left out: anybody may let theirs point here. */
const isOwn = (origin: string, host: string): boolean => {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isIP(name) !== 0 && (origin === `http://${host}` || origin === `https://${host}`);
};

export const foreignOrigin = (): GatewayError =>
  new GatewayError('origin_not_allowed', 'Web pages of this origin may not connect here.');
