import { parseArgs } from 'node:util';
import { ConfigError } from './config/index.js';

const USAGE = `Usage: npm start, or node dist/main.js [--development]

      --development  settings for trying out, unless CITADEL_ENV says otherwise
  -h, --help

Everything else is set by variables, in the environment or in .env, such as PORT=9000: .env.example lists them all.`;

export interface StartOptions {
  readonly isDevelopment: boolean;
  /** What to say in place of a start. */
  readonly help: string | undefined;
}

/** What stands behind the gateway's name on the command line. Throws for what is not known there. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { development, help } = parse(args);
  return { isDevelopment: development, help: help ? USAGE : undefined };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        development: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message}\n\n${USAGE}`);
  }
}
