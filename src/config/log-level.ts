import type { LogLevel } from './app-config.js';
import { oneOf, type Parser } from './parser.js';

const LEVELS = oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent');

/** Our levels in any case, and the words other runtimes have for two of them. */
export const logLevel: Parser<LogLevel> = {
  expected: LEVELS.expected,
  parse: (raw) => LEVELS.parse(raw) ?? SYNONYMS.get(typeof raw === 'string' ? raw.trim().toLowerCase() : ''),
};

const SYNONYMS = new Map<string, LogLevel>([
  ['warning', 'warn'],
  ['critical', 'fatal'],
]);
