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

/** Some editors begin a file with it, and it would become part of the first name. */
const BYTE_ORDER_MARK = /^\uFEFF/;

function readDotEnv(file: string): ProcessEnv {
  try {
    return parseDotEnv(readFileSync(file, 'utf8').replace(BYTE_ORDER_MARK, ''));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable(file, cause);
  }
}
