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
]);

/** Sorts an error of a socket. */
export function toUpstreamFault(error: Partial<NodeJS.ErrnoException>): UpstreamFault {
  const { code = '', message = 'unknown' } = error;
  const detail = code === '' ? message : `${code}: ${message}`;
  if (UNREACHABLE.has(code)) return { kind: 'unreachable', detail };
  return { kind: code.startsWith('ERR_TLS') ? 'protocol' : 'broken', detail };
}
