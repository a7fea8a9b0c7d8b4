import { destination, type DestinationStream } from 'pino';

/** Lines are joined up to this many characters, and at least once a second: each write costs as much as many lines. */
const BUFFER_CHARACTERS = 32 * 1024;
const FLUSH_MS = 1000;
/** When nobody takes the output, further lines are lost rather than kept. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

let shared: DestinationStream | undefined;

/** The one buffered standard output of this process. What is still in the buffer is written at its exit. */
export function standardOutput(): DestinationStream {
  if (shared !== undefined) return shared;
  // Its own buffer stays unused: it counts the bytes of all that waits again with every line.
  const output = destination({ dest: 1, minLength: 0, maxLength: MAX_WAITING_BYTES, sync: false });
  let lines = '';
  const pass = () => {
    if (lines !== '') output.write(lines);
    lines = '';
  };
  setInterval(pass, FLUSH_MS).unref();
  process.on('exit', () => {
    pass();
    output.flushSync();
  });
  return (shared = {
    write(line) {
      lines += line;
      if (lines.length >= BUFFER_CHARACTERS) pass();
    },
  });
}
