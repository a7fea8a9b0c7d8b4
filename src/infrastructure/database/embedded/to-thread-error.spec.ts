import { describe, expect, it } from 'vitest';
import { toThreadError } from './to-thread-error.js';

describe(toThreadError.name, () => {
  it('leaves errors as they are', () => {
    const error = new Error('Program terminated with exit(1)');
    expect(toThreadError(error)).toBe(error);
  });

  it('tells what a disk denies by the name everybody knows', () => {
    expect(toThreadError({ name: 'ErrnoError', errno: 51 }).message).toBe('ENOSPC: no space left on device');
    expect(toThreadError({ name: 'ErrnoError', errno: 69 }).message).toBe('EROFS: read-only file system');
  });

  it('tells as much as there is of anything else', () => {
    expect(toThreadError({ name: 'ErrnoError', errno: 999 }).message).toBe(
      "{ name: 'ErrnoError', errno: 999 }",
    );
    expect(toThreadError(undefined).message).toBe('undefined');
  });
});
