import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { WorkerInput, WorkerOrder } from './embedded-postgres.worker.js';
import { toThreadError } from './to-thread-error.js';
import { embeddedPostgresWorkerUrl } from './worker-url.js';

export interface StatementLimit {
  /** WebAssembly cannot be interrupted: a statement that takes longer ends with its thread. */
  readonly longestS: number;
  readonly lookEveryMs: number;
}

/** The thread of the embedded PostgreSQL, from its start to its end. */
export class EmbeddedWorker {
  /** Called when it ends without having been told. */
  onDeath: (reason: Error) => void = () => undefined;
  private stopping = false;
  private readonly watchdog: NodeJS.Timeout;
  private readonly exited: Promise<void>;

  private constructor(
    private readonly worker: Worker,
    private readonly busySince: Int32Array,
    private readonly limit: StatementLimit,
  ) {
    let reason = new Error('Its thread ended.');
    worker.on('error', (thrown: unknown) => (reason = toThreadError(thrown)));
    this.watchdog = setInterval(() => this.look(), limit.lookEveryMs).unref();
    this.exited = new Promise((resolve) => worker.once('exit', () => resolve()));
    void this.exited.then(() => this.died(reason));
  }

  /** Resolves when the database in that directory is open. */
  static async start(dataDirectory: string, limit: StatementLimit): Promise<EmbeddedWorker> {
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
      worker.once('error', (thrown: unknown) => reject(toThreadError(thrown)));
      worker.once('exit', () => reject(new Error('Its thread ended.')));
    });
    worker.removeAllListeners();
    return new EmbeddedWorker(worker, busySince, limit);
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

  /** Also while it stops: a statement that never ends would keep the process. */
  private look(): void {
    const since = Atomics.load(this.busySince, 0);
    if (since === 0 || Date.now() / 1000 - since <= this.limit.longestS) return;
    this.died(new Error(`A statement took longer than ${this.limit.longestS} s.`));
    void this.worker.terminate();
  }

  private died(reason: Error): void {
    clearInterval(this.watchdog);
    if (!this.stopping) this.onDeath(reason);
    this.stopping = true;
  }
}
