import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {Set<string>} */
const directories = new Set();

process.on('exit', () => directories.forEach(removeScratch));

/** A directory for one process, gone at the end of the run at the latest. @param {string} name */
export function createScratch(name) {
  const directory = mkdtempSync(join(tmpdir(), `citadel-bench-${name}-`));
  directories.add(directory);
  return directory;
}

/** @param {string} directory */
export function removeScratch(directory) {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}
