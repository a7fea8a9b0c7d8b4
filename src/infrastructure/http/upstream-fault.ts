import { errors } from 'undici';

/** What went wrong on the way to or from an upstream, below its protocol. */
export type UpstreamFaultKind =
  /** No connection: refused, no such host, unreachable, or not made in time. */
  | 'unreachable'
  /** The connection broke: reset, closed, or the body shorter than announced. */
  | 'broken'
  /** The bytes are not HTTP. */
  | 'protocol';

export interface UpstreamFault {
  readonly kind: UpstreamFaultKind;
  /** For the log; names hosts. */
  readonly detail: string;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** Sorts an error of the HTTP client. */
export function toUpstreamFault(error: unknown): UpstreamFault {
  const { code = '', message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  const detail = code === '' ? message : `${code}: ${message}`;
  if (UNREACHABLE.has(code)) return { kind: 'unreachable', detail };
  if (isParserError(error) || code.startsWith('ERR_TLS') || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return { kind: 'protocol', detail };
  }
  return { kind: 'broken', detail };
}

/** undici's parser tells its errors by name and text, without a code. A body that is cut short is among them. */
const isParserError = (error: unknown): boolean =>
  error instanceof errors.HTTPParserError && !error.message.includes('Invalid EOF state');
