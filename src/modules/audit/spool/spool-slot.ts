import { mkdir, readdir, rename } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DirectoryInUseError, DirectoryLock } from '../../../infrastructure/filesystem/index.js';

export const SEGMENT_SUFFIX = '.spool';

/** A directory of one process. Several processes may share the place where these lie. */
export interface SpoolSlot {
  readonly directory: string;
  /** Files that processes left which are no more, the oldest first. They belong to this process now. */
  readonly inherited: readonly string[];
  release(): void;
}

/** Takes the first free directory, and moves to it what others that nobody holds still contain. */
export async function takeSlot(root: string): Promise<SpoolSlot> {
  const slot = await takeFirst(root);
  await inherit(root, slot.directory);
  return { ...slot, inherited: await segmentsIn(slot.directory) };
}

/**
 * Takes one in place of one that was deleted. Throws where that would lie on another file system: what was mounted there is
 * gone, and who looks for the records would not look there.
 */
export async function retakeSlot(root: string, device: number): Promise<SpoolSlot> {
  const place = nearest(resolve(root));
  if (place.device !== device)
    throw new Error(`${place.path} is not on the file system any more that had the spool`);
  return { ...(await takeFirst(root)), inherited: [] };
}

async function takeFirst(root: string): Promise<Omit<SpoolSlot, 'inherited'>> {
  for (let number = 1; ; number++) {
    const directory = join(root, String(number));
    const lock = await tryLock(directory);
    if (lock) return { directory, release: () => lock.release() };
  }
}

/** The path itself, or what is left of those above it. */
function nearest(path: string): { readonly path: string; readonly device: number } {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? nearest(dirname(path)) : { path, device: found.dev };
}

async function inherit(root: string, directory: string): Promise<void> {
  for (const name of await readdir(root)) {
    const other = join(root, name);
    if (other === directory) continue;
    const files = await segmentsIn(other).catch(() => []);
    if (files.length === 0) continue;
    const lock = await tryLock(other);
    if (!lock) continue;
    // Whoever held it may have come to its end meanwhile, and have tidied up.
    for (const file of await segmentsIn(other))
      await rename(file, join(directory, file.slice(other.length + 1)));
    lock.release();
  }
}

/** Names begin with the time, so their order is that of their records. */
async function segmentsIn(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.endsWith(SEGMENT_SUFFIX))
    .sort()
    .map((name) => join(directory, name));
}

async function tryLock(directory: string): Promise<DirectoryLock | undefined> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  try {
    return await DirectoryLock.acquire(directory);
  } catch (error) {
    if (error instanceof DirectoryInUseError) return undefined;
    throw error;
  }
}
