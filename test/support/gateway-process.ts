import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { withDeadline } from './eventually.js';

const START_MS = 60_000;

/** The built gateway as a process of its own, as `npm start` runs it. */
export class GatewayProcess {
  output = '';
  private readonly child: ChildProcessWithoutNullStreams;
  /** When nobody holds its output any more, whom it has started included. */
  readonly closed: Promise<unknown>;
  private readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(
    env: Record<string, string>,
    args: readonly string[] = ['--development'],
    [command, ...words]: readonly [string, ...string[]] = [process.execPath, 'dist/main.js'],
  ) {
    this.child = spawn(command, [...words, ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        LOG_LEVEL: 'info',
        ...JWT_KEYS,
        ...env,
      },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.closed = once(this.child, 'close');
    this.exited = once(this.child, 'exit').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** Resolves with the address it prints. */
  async url(): Promise<string> {
    return (await this.said(/listens on (http:\S+)/))[1]!;
  }

  /** Resolves when its output matches. Rejects when it exits first. */
  said(pattern: RegExp): Promise<RegExpMatchArray> {
    const found = new Promise<RegExpMatchArray>((resolve, reject) => {
      const look = () => {
        const match = this.output.match(pattern);
        if (match) resolve(match);
      };
      look();
      this.child.stdout.on('data', look);
      this.child.stderr.on('data', look);
      void this.exited.then(({ code }) => {
        look();
        reject(new Error(`It exited with ${code} and never said ${pattern}:\n${this.output}`));
      });
    });
    return withDeadline(found, { deadlineMs: START_MS, what: `${pattern} in its output` });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Its exit code, or the signal that ended it. */
  async exit(): Promise<number | NodeJS.Signals | null> {
    const { code, signal } = await this.exited;
    return code ?? signal;
  }

  async stop(): Promise<number | NodeJS.Signals | null> {
    this.kill('SIGTERM');
    return this.exit();
  }
}
