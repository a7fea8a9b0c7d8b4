export { DirectoryInUseError, DirectoryLock } from './directory-lock.js';
export { readOrCreate } from './read-or-create.js';
