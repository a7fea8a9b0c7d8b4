import { inspect } from 'node:util';

/** What a disk can deny, by the numbers of WASI (preview 1), with which its file system throws objects that are no errors. */
const DENIALS: Readonly<Record<number, string>> = {
  2: 'EACCES: permission denied',
  19: 'EDQUOT: disk quota exceeded',
  29: 'EIO: input/output error',
  33: 'EMFILE: too many open files',
  41: 'ENFILE: too many open files in system',
  51: 'ENOSPC: no space left on device',
  63: 'EPERM: operation not permitted',
  69: 'EROFS: read-only file system',
};

/** What the thread of the embedded database ended with, as an error that says why. */
export function toThreadError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  const { errno } = (thrown ?? {}) as { errno?: number };
  return new Error(DENIALS[errno ?? 0] ?? inspect(thrown), { cause: thrown });
}
