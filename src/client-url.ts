import { toUrlHost } from './common/http/url-host.js';

const EVERYWHERE = ['0.0.0.0', '::'];

/** Where clients on this machine find what listens on an address. */
export const toClientUrl = (host: string, port: number): string =>
  `http://${EVERYWHERE.includes(host) ? 'localhost' : toUrlHost(host)}:${port}`;
