export { DirectoryInUseError, DirectoryLock } from './directory-lock.js';
