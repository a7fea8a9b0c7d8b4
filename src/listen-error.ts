import { ConfigError, type HttpConfig } from './config/index.js';

/** Of an address, and not of the port on it. */
const ADDRESS_CODES = ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'];

/** Names the setting that says where to listen, if that is what went wrong; else gives the error back. */
export function toListenError(error: unknown, { host, port }: Pick<HttpConfig, 'host' | 'port'>): unknown {
  const failure = error as NodeJS.ErrnoException & { hostname?: string; port?: number };
  const isName = failure.syscall === 'getaddrinfo' && failure.hostname === host;
  if (!isName && failure.syscall !== 'listen') return error;
  const key =
    isName || ADDRESS_CODES.includes(failure.code ?? '')
      ? 'HOST (or P8FS_API_HOST)'
      : failure.port === port
        ? 'PORT (or P8FS_API_PORT)'
        : 'EXTRA_PORTS';
  return new ConfigError(`${key} cannot be listened on: ${failure.message}`);
}
