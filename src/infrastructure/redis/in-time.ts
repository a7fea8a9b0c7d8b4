/** Nothing came in the time there was. */
export class NoAnswerInTimeError extends Error {
  override readonly name = 'NoAnswerInTimeError';

  constructor(ms: number) {
    super(`No answer came in time: ${ms} ms`);
  }
}

/**
 * Calls when the time is over, unless it is stopped. What came while this process was busy is read first, so that only the
 * other side can be late. Gives what stops it.
 */
export function afterTime(ms: number, isLate: () => void): () => void {
  let looking: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    looking = setImmediate(isLate);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(looking);
  };
}

/** The same answer; rejects with a `NoAnswerInTimeError` when it takes longer. */
export function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = afterTime(ms, () => reject(new NoAnswerInTimeError(ms)));
    answer.finally(stop).then(resolve, reject);
  });
}
