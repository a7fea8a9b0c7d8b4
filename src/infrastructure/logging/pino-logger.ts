import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../../config/index.js';
import { redact, redactText } from './redaction.js';
import { standardOutput } from './standard-output.js';

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest tells of every module and route it finds. */
const CHATTY: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'WebSocketsController',
]);

/** Nest's logger on pino: one JSON object a line, secrets redacted. */
export class PinoLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(level: LogLevel, sink: DestinationStream = standardOutput()) {
    this.pino = pino(
      {
        level,
        base: undefined,
        formatters: { level: (label) => ({ level: label }) },
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
        // What arrives here is plain already.
        serializers: { err: (value: unknown) => value },
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

  /** For lines whose fields are all known to be harmless: they are written as they are, which is much cheaper. */
  unredacted(context: string): Logger {
    return this.pino.child({ context });
  }

  /** Nest hands over the message, then what else was given, then the context's name. Fields may come first, as in pino. */
  private write(asked: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const level = asked === 'info' && CHATTY.has(context) ? 'debug' : asked;
    if (!this.pino.isLevelEnabled(level)) return;
    const text = rest.length > 1 && typeof rest[0] === 'string' ? redactText(rest[0]) : undefined;
    if (typeof message === 'object' && message !== null) {
      const fields = redact(message instanceof Error ? { err: message } : message) as object;
      this.pino[level]({ ...fields, context }, text ?? '');
    } else this.pino[level]({ context, stack: text }, redactText(String(message)));
  }
}
