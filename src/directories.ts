import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AppConfig, ConfigError } from './config/index.js';

type Places = Pick<AppConfig, 'audit' | 'database' | 'dataDir' | 'identity'>;

/** Makes the directories that will be written to. One that cannot be is refused by the key that named it. */
export function makeDirectories({ audit, database, dataDir, identity }: Places): void {
  const keyOf = (path: string, key: string): string =>
    path.startsWith(`${dataDir}/`) ? 'CITADEL_DATA_DIR' : key;
  if (database.kind === 'embedded' || audit.mode !== 'off') makeWritable('CITADEL_DATA_DIR', dataDir);
  const { signingKeyFile, checkpointDirectory } = audit;
  makeRoomFor(keyOf(signingKeyFile, 'AUDIT_SIGNING_KEY_FILE'), signingKeyFile);
  if (identity.signing.kind === 'file') makeRoomFor('CITADEL_DATA_DIR', identity.signing.file);
  if (audit.mode !== 'off')
    makeWritable(keyOf(checkpointDirectory, 'AUDIT_CHECKPOINT_DIR'), checkpointDirectory);
}

/** A file that is there needs no place to be written to. */
function makeRoomFor(key: string, file: string): void {
  if (!existsSync(file)) makeWritable(key, dirname(file));
}

function makeWritable(key: string, directory: string): void {
  try {
    make(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const { code = 'unknown reason' } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`${key}: the directory ${directory} cannot be used (${code})`, { cause });
  }
}

/** Step by step: Node's own way tries for ever where the system denies that there is a parent. */
function make(directory: string): void {
  if (!existsSync(directory)) {
    if (dirname(directory) !== directory) make(dirname(directory));
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      // Another process may have been faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  if (!statSync(directory).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
}
