import { destination, type DestinationStream } from 'pino';

/** Lines are joined up to this many bytes, and at least once a second: each write costs as much as many lines. */
const BUFFER_BYTES = 64 * 1024;
const FLUSH_MS = 1000;
/** When nobody takes the output, further lines are lost rather than kept. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

let shared: DestinationStream | undefined;

/** The one buffered standard output of this process. What is still in the buffer is written at its exit. */
export function standardOutput(): DestinationStream {
  if (shared !== undefined) return shared;
  const output = destination({
    dest: 1,
    minLength: BUFFER_BYTES,
    maxWrite: 2 * BUFFER_BYTES,
    maxLength: MAX_WAITING_BYTES,
    sync: false,
  });
  setInterval(() => output.flush(), FLUSH_MS).unref();
  process.on('exit', () => output.flushSync());
  return (shared = output);
}
