import { GatewayError } from '../errors/gateway.error.js';

const SHARE = 1 / 4;
const RETRY_AFTER_S = 1;

/** How many bytes lie here of bodies whose rest is still to come: of all requests together, and of one caller. */
export class BodyRoom {
  private used = 0;
  private readonly byCaller = new Map<string, number>();

  constructor(private readonly mostBytes: number) {}

  /** Takes room for some bytes more, or says why there is none. A caller without a name has no share of their own. */
  take(caller: string | undefined, bytes: number): GatewayError | undefined {
    const own = caller === undefined ? 0 : (this.byCaller.get(caller) ?? 0) + bytes;
    if (own > this.mostBytes * SHARE)
      return new GatewayError('rate_limit_exceeded', 'Too many large bodies of yours are under way.', {
        retryAfterS: RETRY_AFTER_S,
      });
    if (this.used + bytes > this.mostBytes)
      return new GatewayError('server_busy', 'Too many large bodies are under way.', {
        retryAfterS: RETRY_AFTER_S,
      });
    this.used += bytes;
    if (caller !== undefined) this.byCaller.set(caller, own);
    return undefined;
  }

  giveBack(caller: string | undefined, bytes: number): void {
    this.used -= bytes;
    if (caller === undefined) return;
    const own = (this.byCaller.get(caller) ?? 0) - bytes;
    if (own > 0) this.byCaller.set(caller, own);
    else this.byCaller.delete(caller);
  }
}
