import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv as parseDotEnv } from 'node:util';
import type { ProcessEnv } from './env.js';
import { unreadable } from './unreadable.js';

/** The one place that looks at `process.env`. A `.env` file in the folder stands behind it; what is empty is not there. */
export function readProcessEnv(folder: string = process.cwd()): ProcessEnv {
  return { ...withoutEmpty(readDotEnv(join(folder, '.env'))), ...withoutEmpty(process.env) };
}

const withoutEmpty = (env: ProcessEnv): ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));

function readDotEnv(file: string): ProcessEnv {
  try {
    return parseDotEnv(readFileSync(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable(file, cause);
  }
}
