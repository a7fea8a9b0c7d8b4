/** One piece of work that several wait for. It is stopped when nobody does any more. */
class Work<Result> {
  private waiting = 0;
  readonly abort = new AbortController();
  readonly result: Promise<Result>;

  constructor(start: (signal: AbortSignal) => Promise<Result>) {
    this.result = start(this.abort.signal);
    // Whoever waits hears of it; that nobody waits any more is no fault.
    this.result.catch(() => undefined);
  }

  async wait(signal: AbortSignal): Promise<Result> {
    this.waiting++;
    try {
      return await unlessAborted(signal, this.result);
    } finally {
      if (--this.waiting === 0) this.abort.abort(signal.reason);
    }
  }
}

/** What is being made, by key, so that what is asked for twice at the same time is made once. */
export class SharedWork<Result> {
  private readonly running = new Map<string, Work<ReadonlyMap<string, Result>>>();

  /** Keys that nobody makes yet. */
  unclaimed(keys: readonly string[]): string[] {
    return keys.filter((key) => !this.running.has(key));
  }

  /** Makes these keys, all in one. */
  claim(keys: readonly string[], make: (signal: AbortSignal) => Promise<ReadonlyMap<string, Result>>): void {
    const work = new Work(make);
    for (const key of keys) this.running.set(key, work);
    const forget = () => {
      for (const key of keys) if (this.running.get(key) === work) this.running.delete(key);
    };
    work.abort.signal.addEventListener('abort', forget);
    work.result.then(forget, forget);
  }

  /** Waits for keys that somebody makes. Rejects as the work does, or with the signal's reason. */
  async wait(keys: readonly string[], signal: AbortSignal): Promise<Map<string, Result>> {
    const works = new Set(keys.map((key) => this.running.get(key)!));
    const all = new Map<string, Result>();
    await Promise.all(
      [...works].map(async (work) => {
        for (const [key, result] of await work.wait(signal)) all.set(key, result);
      }),
    );
    return all;
  }
}

/**
 * Rejects with the signal's reason where that comes first. It leaves no listener: a signal that is made of others, and
 * what its listeners hold, stays for ever while it has one.
 */
async function unlessAborted<Result>(signal: AbortSignal, result: Promise<Result>): Promise<Result> {
  signal.throwIfAborted();
  let stop!: () => void;
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([result, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
