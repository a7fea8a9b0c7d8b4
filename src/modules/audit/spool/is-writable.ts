import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a file of so many bytes can be written in a directory, found out by writing one. */
export function isWritable(directory: string, bytes: number): boolean {
  const probe = join(directory, 'probe');
  try {
    writeFileSync(probe, Buffer.alloc(bytes));
    return true;
  } catch {
    return false;
  } finally {
    remove(probe);
  }
}

function remove(probe: string): void {
  try {
    rmSync(probe, { force: true });
  } catch {
    // It stays as long as the file system takes nothing; the next one is written over it.
  }
}
