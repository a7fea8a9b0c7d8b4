import type { LoggerService } from '@nestjs/common';
import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from '../../config/index.js';
import { REDACTED_PATHS } from './redaction.js';

/** Lines are joined up to this many bytes, and at least once a second. */
const BUFFER_BYTES = 4096;
const FLUSH_MS = 1000;

/** Nest's logger on pino: one JSON object a line on standard output, secrets redacted. */
export class PinoLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: LogLevel) {
    // The line before a crash matters more than the cost of writing it, so only ordinary lines wait.
    const sink = destination({ dest: 1, minLength: BUFFER_BYTES, sync: false });
    setInterval(() => sink.flush(), FLUSH_MS).unref();
    process.on('exit', () => sink.flushSync());
    this.pino = pino(
      {
        level,
        base: undefined,
        redact: { paths: [...REDACTED_PATHS], censor: '[redacted]' },
        formatters: { level: (label) => ({ level: label }) },
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
      },
      sink,
    );
  }

  log = (message: unknown, ...rest: unknown[]): void => this.write('info', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.write('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.write('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.write('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.write('fatal', message, rest);

  /** Nest hands over the message, then what else was given, then the context's name. Fields may come first, as in pino. */
  private write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const context = rest.at(-1);
    const [text] = rest;
    if (typeof message === 'object' && message !== null) {
      const fields = message instanceof Error ? { err: message } : message;
      this.pino[level]({ ...fields, context }, rest.length > 1 ? String(text) : '');
    } else if (rest.length > 1 && typeof text === 'string') this.pino[level]({ context, stack: text }, String(message));
    else this.pino[level]({ context }, String(message));
  }
}
