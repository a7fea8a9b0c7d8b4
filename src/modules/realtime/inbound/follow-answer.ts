import type { DialectOptions } from '../../../contracts/stream-dialect.js';
import { LINE_FRAMING } from '../../../contracts/stream-dialect.js';
import type { Answering } from '../../chat/index.js';
import { dialectOptions } from '../../streaming/index.js';
import { GenerationFeed } from '../connections/generation-feed.js';
import type { LiveConnection } from '../connections/live-connection.js';
import { onlyTheEnd } from './only-the-end.js';

/** Sends the answer to the connection that asked, in the dialect of its path. */
export function followAnswer(
  connection: LiveConnection,
  { call, generation }: Answering,
  chosen: Partial<DialectOptions>,
): void {
  const options = dialectOptions(generation, {
    framing: LINE_FRAMING,
    nextSequence: connection.nextSequence,
    ...chosen,
  });
  const writer = call.dialect.writer(generation.head, options);
  GenerationFeed.open(connection, {
    source: generation,
    profile: call.profile,
    writer: call.streams ? writer : onlyTheEnd(writer),
  });
}
