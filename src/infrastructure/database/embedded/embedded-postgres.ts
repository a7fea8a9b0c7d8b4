import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { DirectoryLock } from '../../filesystem/index.js';
import { EmbeddedWorker, type StatementLimit } from './embedded-worker.js';
import { SessionStream } from './session-stream.js';

const STATEMENT_LIMIT: StatementLimit = { longestS: 120, lookEveryMs: 5_000 };
/** A database that dies at every start is not started in a tight loop. */
const RESTART_PAUSE_MS = 1_000;

/** A PostgreSQL of our own in a directory of our own: no server, no second process. */
export class EmbeddedPostgres {
  private readonly logger = new Logger(EmbeddedPostgres.name);
  private readonly dataDirectory: string;
  private lock: DirectoryLock | undefined;
  private worker: Promise<EmbeddedWorker> | undefined;
  private lastStartAt = -Infinity;

  constructor(
    readonly directory: string,
    private readonly limit: StatementLimit = STATEMENT_LIMIT,
  ) {
    this.dataDirectory = join(directory, 'pgdata');
  }

  /** Takes the directory and starts. Throws DirectoryInUseError when another process has it. */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    this.lock ??= await DirectoryLock.acquire(this.directory);
    try {
      if (!existsSync(join(this.dataDirectory, 'PG_VERSION'))) await this.create();
      await this.running();
    } catch (cause) {
      this.unlock();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The embedded database in ${this.directory} does not open: ${reason}`, { cause });
    }
  }

  /** The socket of a new session. It takes the place of the one before: there is only one. */
  stream(): SessionStream {
    return new SessionStream(() => this.openSession());
  }

  /** Ends the session, writes everything down, lets the directory go. */
  async close(): Promise<void> {
    const worker = await this.worker?.catch(() => undefined);
    this.worker = undefined;
    await worker?.stop();
    this.unlock();
  }

  private async openSession(): Promise<MessagePort> {
    if (!this.lock) throw new Error('The embedded database is closed.');
    const worker = await this.running();
    return worker.openSession();
  }

  /** The thread that runs, or a new one where the last has died. */
  private running(): Promise<EmbeddedWorker> {
    this.worker ??= this.start().catch((error: unknown) => {
      this.worker = undefined;
      throw error;
    });
    return this.worker;
  }

  private async start(): Promise<EmbeddedWorker> {
    const wait = this.lastStartAt + RESTART_PAUSE_MS - performance.now();
    if (wait > 0) await pause(wait);
    this.lastStartAt = performance.now();
    const worker = await EmbeddedWorker.start(this.dataDirectory, this.limit);
    worker.onDeath = (reason) => {
      this.worker = undefined;
      this.logger.error({ err: reason }, 'the embedded database died; the next query starts it anew');
    };
    return worker;
  }

  /** Under another name first, so that a process killed meanwhile leaves nothing half made in the place of a database. */
  private async create(): Promise<void> {
    this.logger.log(`creating the embedded database in ${this.directory}`);
    const draft = `${this.dataDirectory}.new`;
    await rm(draft, { recursive: true, force: true });
    // Its thread ends here, and with it goes the memory that creating takes.
    const worker = await EmbeddedWorker.start(draft, this.limit);
    await worker.stop();
    await rename(draft, this.dataDirectory);
  }

  private unlock(): void {
    this.lock?.release();
    this.lock = undefined;
  }
}
