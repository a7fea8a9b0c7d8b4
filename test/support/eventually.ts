import { inspect } from 'node:util';
import { nextTurn } from './event-loop.js';

// The only file here that waits by time. Taken at import, so that a test's fake timers do not stop it.
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const EAGER_POLLS = 50;
const PAUSE_MS = 5;

export interface WaitOptions {
  /** How long to hope. */
  deadlineMs?: number;
  /** What is awaited, for the failure's text. */
  what?: string;
}

/** Reads until the value satisfies the condition and resolves with it; past the deadline it fails with the last value read. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  holds: (value: T) => boolean = Boolean,
  { deadlineMs = 10_000, what = 'the condition' }: WaitOptions = {},
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (let poll = 0; ; poll += 1) {
    const attempt = await tryRead(read);
    if ('value' in attempt && holds(attempt.value)) return attempt.value;
    if (performance.now() > deadline) {
      const last = 'value' in attempt ? `last value: ${inspect(attempt.value)}` : 'the last read threw';
      throw new Error(`${what} did not hold within ${deadlineMs} ms; ${last}`, { cause: attempt.error });
    }
    await (poll < EAGER_POLLS ? nextTurn() : pause());
  }
}

/** The promise's own outcome, or a failure that names what was awaited once the deadline has passed. */
export async function withDeadline<T>(
  promise: Promise<T>,
  { deadlineMs = 10_000, what = 'an event' }: WaitOptions = {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = startTimer(() => reject(new Error(`${what} did not come within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    stopTimer(timer);
  }
}

type Attempt<T> = { value: T; error?: undefined } | { error: unknown };

async function tryRead<T>(read: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { error };
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    startTimer(resolve, PAUSE_MS);
  });
}
