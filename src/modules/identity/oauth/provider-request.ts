import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/** What came from outside and is not the provider's business: the gateway decides about origins and proxies. */
const LEFT_OUT = [
  'origin',
  'content-length',
  'transfer-encoding',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
];

export interface ProviderRequest {
  /** Path and query. */
  readonly url: string;
  readonly form?: URLSearchParams;
  /** In place of a form. */
  readonly json?: unknown;
  /** A code to fill in, for the page that asks for one. */
  readonly userCode?: string;
}

/** The same request as oidc-provider expects it: with a form that nobody has read yet, at the public address. */
export function toProviderRequest(
  raw: IncomingMessage,
  issuer: URL,
  { url, form, json, userCode }: ProviderRequest,
): IncomingMessage {
  const headers: IncomingHttpHeaders = { ...raw.headers };
  for (const name of LEFT_OUT) delete headers[name];
  headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1);
  headers['x-forwarded-host'] = issuer.host;
  let body = Buffer.alloc(0);
  if (form !== undefined) moveSecret(form, headers);
  if (form !== undefined || json !== undefined) {
    body = Buffer.from(form?.toString() ?? JSON.stringify(json));
    headers['content-type'] = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded';
    headers['content-length'] = String(body.length);
  } else delete headers['content-type'];
  const { method, socket, httpVersion, httpVersionMajor, httpVersionMinor } = raw;
  const prefix = issuer.pathname.replace(/\/$/, '');
  return Object.assign(Readable.from(body.length === 0 ? [] : [body], { objectMode: false }), {
    method,
    url,
    originalUrl: prefix + url,
    headers,
    rawHeaders: Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
    socket,
    connection: socket,
    httpVersion,
    httpVersionMajor,
    httpVersionMinor,
    complete: true,
    userCode,
  }) as unknown as IncomingMessage;
}

/** Clients may send their secret in either way (RFC 6749, section 2.3.1), but not in both. */
function moveSecret(form: URLSearchParams, headers: IncomingHttpHeaders): void {
  const [id, ...otherIds] = form.getAll('client_id');
  const [secret, ...otherSecrets] = form.getAll('client_secret');
  if (id === undefined || secret === undefined || headers.authorization !== undefined) return;
  if (otherIds.length > 0 || otherSecrets.length > 0) return;
  form.delete('client_secret');
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
}
