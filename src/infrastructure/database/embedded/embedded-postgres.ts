import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { DirectoryLock } from './directory-lock.js';
import type { WorkerInput, WorkerOrder } from './embedded-postgres.worker.js';
import { SessionStream } from './session-stream.js';
import { embeddedPostgresWorkerUrl } from './worker-url.js';

/** WebAssembly cannot be interrupted, so this is the statement time-out, and the end of a worker that hangs. */
const LONGEST_STATEMENT_S = 120;
const LOOK_EVERY_MS = 5_000;
/** A database that dies at every start is not started in a tight loop. */
const RESTART_PAUSE_MS = 1_000;

/** A PostgreSQL of our own in a directory of our own: no server, no second process. */
export class EmbeddedPostgres {
  private readonly logger = new Logger(EmbeddedPostgres.name);
  private lock: DirectoryLock | undefined;
  private running: Promise<RunningWorker> | undefined;
  private lastStartAt = -Infinity;

  constructor(readonly directory: string) {}

  /** Takes the directory and starts. Throws DirectoryInUseError when another process has it. */
  async open(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    this.lock ??= await DirectoryLock.acquire(this.directory);
    try {
      await this.initialise();
      await this.start();
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  /** The socket of a new session. It takes the place of the one before: there is only one. */
  stream(): SessionStream {
    return new SessionStream(() => this.openSession());
  }

  /** Ends the sessions, writes everything down, lets the directory go. */
  async close(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    const worker = await running?.catch(() => undefined);
    await worker?.stop();
    this.unlock();
  }

  private async openSession(): Promise<MessagePort> {
    if (!this.lock) throw new Error('The embedded database is closed.');
    const worker = await this.start();
    return worker.openSession();
  }

  private start(): Promise<RunningWorker> {
    this.running ??= this.startWorker(this.dataDirectory).then((worker) => {
      worker.onDeath = (reason) => {
        this.running = undefined;
        this.logger.error({ err: reason }, 'the embedded database died; the next query starts it anew');
      };
      return worker;
    });
    this.running.catch(() => (this.running = undefined));
    return this.running;
  }

  private async startWorker(dataDirectory: string): Promise<RunningWorker> {
    const wait = this.lastStartAt + RESTART_PAUSE_MS - performance.now();
    if (wait > 0) await pause(wait);
    this.lastStartAt = performance.now();
    return RunningWorker.start(dataDirectory);
  }

  /** A cluster comes to be under another name, so that a process killed meanwhile leaves nothing half made in its place. */
  private async initialise(): Promise<void> {
    if (existsSync(join(this.dataDirectory, 'PG_VERSION'))) return;
    const draft = `${this.dataDirectory}.new`;
    await rm(draft, { recursive: true, force: true });
    this.logger.log(`creating the embedded database in ${this.directory}`);
    // Its thread ends here, and the memory that creating takes (three times that of running) goes with it.
    const worker = await RunningWorker.start(draft);
    await worker.stop();
    await rename(draft, this.dataDirectory);
  }

  private get dataDirectory(): string {
    return join(this.directory, 'pgdata');
  }

  private unlock(): void {
    this.lock?.release();
    this.lock = undefined;
  }
}

/** The thread while it lives. */
class RunningWorker {
  onDeath: (reason: Error) => void = () => undefined;
  private stopping = false;
  private readonly watchdog: NodeJS.Timeout;
  private readonly exited: Promise<void>;

  private constructor(
    private readonly worker: Worker,
    private readonly busySince: Int32Array,
  ) {
    this.watchdog = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    let reason = new Error('Its thread ended.');
    worker.on('error', (error: Error) => (reason = error));
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    void this.exited.then(() => {
      clearInterval(this.watchdog);
      if (!this.stopping) this.onDeath(reason);
    });
  }

  static async start(dataDirectory: string): Promise<RunningWorker> {
    const busySince = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const input: WorkerInput = { dataDirectory, busySince };
    const worker = new Worker(embeddedPostgresWorkerUrl(), {
      name: 'embedded-postgres',
      workerData: input,
      // Flags that are meant for the gateway's own thread.
      execArgv: [],
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The embedded database ended while it was starting.')));
    });
    worker.removeAllListeners();
    return new RunningWorker(worker, busySince);
  }

  openSession(): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.order({ kind: 'session', port: port2 }, [port2]);
    return port1;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.order({ kind: 'stop' });
    await this.exited;
  }

  private order(order: WorkerOrder, transfer: MessagePort[] = []): void {
    this.worker.postMessage(order, transfer);
  }

  /** Also while stopping: a statement that never ends would keep the process. */
  private look(): void {
    const since = Atomics.load(this.busySince, 0);
    if (since !== 0 && Date.now() / 1000 - since > LONGEST_STATEMENT_S) void this.worker.terminate();
  }
}
