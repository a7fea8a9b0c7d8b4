import { ConfigError } from './config/index.js';
import { DirectoryInUseError } from './infrastructure/filesystem/index.js';

/** What is said of a start that failed. Mistakes of set-up, and what the system denies, need no stack; anything else does. */
export function explainStartFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError || error instanceof DirectoryInUseError) return error.message;
  if (isSystemFault(error)) return `${error.message} (files are kept in CITADEL_DATA_DIR)`;
  return error.stack ?? error.message;
}

const isSystemFault = ({ code, syscall }: NodeJS.ErrnoException): boolean =>
  code !== undefined && syscall !== undefined;
