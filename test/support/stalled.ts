import { eventually } from './eventually.js';
import type { Exchange } from './exchange.js';

/** Without a byte for so long, an upstream that wants to write cannot. */
const LONG_MS = 300;

/** Resolves when an upstream that writes all the time is held back. */
export async function stalled(exchange: Exchange): Promise<void> {
  let written = -1;
  let since = 0;
  await eventually(
    () => {
      if (exchange.flushedBytes !== written) since = performance.now();
      written = exchange.flushedBytes;
      return performance.now() - since;
    },
    (ms) => written > 0 && ms > LONG_MS,
    { deadlineMs: 15_000, what: 'that the upstream stalls' },
  );
}
