import { ConfigError } from './config-error.js';

/** Says of a file that the system does not give it, and why. */
export const unreadable = (what: string, cause: unknown): ConfigError =>
  new ConfigError(`${what} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, {
    cause,
  });
