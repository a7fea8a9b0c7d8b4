import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors/gateway.error.js';

const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?)(?::\d{1,5})?$/;

/**
 * Under which names clients may open sockets. Whoever owns a name can let it point here, and is then of the same origin
 * as the gateway in its visitors' browsers (DNS rebinding). Nobody can do that with an address, or with `localhost`.
 */
export class AllowedHosts {
  private readonly names: ReadonlySet<string>;
  private readonly all: boolean;

  /** Names without ports; `*` stands for any. */
  constructor(names: readonly string[]) {
    this.all = names.includes('*');
    this.names = new Set(['localhost', ...names.map(toName)]);
  }

  /** A Host header that is none is not allowed, whatever may come. */
  allows({ headers: { host = '' } }: Pick<IncomingMessage, 'headers'>): boolean {
    if (!HOST.test(host)) return false;
    if (this.all) return true;
    const name = toName(host.replace(/:\d+$/, ''));
    return isIP(name) !== 0 || this.names.has(name);
  }
}

/** As they are compared: small letters, no brackets, no dot of the root. */
const toName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

export const foreignHost = (): GatewayError =>
  new GatewayError('origin_not_allowed', 'The Host header does not name this gateway (ALLOWED_HOSTS).');
