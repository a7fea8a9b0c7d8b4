import { ConfigError } from '../config/index.js';
import { UsageError } from './token-options.js';

/** Runs a command whose output others read: what goes wrong is said beside it, without a stack where it is a mistake. */
export async function runCommand(name: string, usage: string, run: () => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${await run()}\n`);
  } catch (error) {
    const { message, stack } = error as Error;
    if (error instanceof UsageError) process.stderr.write(`${name}: ${message}\n\n${usage}\n`);
    else process.stderr.write(`${name}: ${error instanceof ConfigError ? message : (stack ?? message)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
