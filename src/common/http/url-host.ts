/** An address or a name as it stands in a URL. */
export const toUrlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);
