import type { ErrorCode } from './error-catalogue.js';

export interface GatewayErrorOptions extends ErrorOptions {
  /** The request field at fault, in the caller's spelling, such as `messages[0].role`. */
  param?: string;
  /** Seconds for the `Retry-After` header. */
  retryAfterS?: number;
  /** Methods for the `Allow` header. */
  allow?: readonly string[];
  /** Further headers of the answer. */
  headers?: Readonly<Record<string, string>>;
  /** Further fields of the body: what was done before it failed. */
  details?: object;
}

/** An error whose message may be shown to the caller. Anything else is answered as `internal`. */
export class GatewayError extends Error {
  override readonly name: string = 'GatewayError';
  readonly param: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly allow: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly details: object | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options);
    this.param = options.param;
    this.retryAfterS = options.retryAfterS;
    this.allow = options.allow;
    this.headers = options.headers;
    this.details = options.details;
  }
}
