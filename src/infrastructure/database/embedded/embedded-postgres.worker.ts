/**
 * The embedded PostgreSQL in a thread of its own: a query may take as long as it likes without holding up a token.
 * It speaks the PostgreSQL wire protocol over message ports. This file imports packages only, see `worker-url.ts`.
 */
import { PGlite } from '@electric-sql/pglite';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** What the worker is started with. */
export interface WorkerInput {
  readonly dataDirectory: string;
  /** Its only number is the second (of the Unix clock) in which the running statement began, or 0. */
  readonly busySince: Int32Array;
}

/** What it is told. It says one thing itself, once: that it is ready. */
export type WorkerOrder =
  { readonly kind: 'session'; readonly port: MessagePort } | { readonly kind: 'stop' };

const input = workerData as WorkerInput;
const owner = parentPort as MessagePort;
const POST_EVERY_BYTES = 256 * 1024;

/** PGlite does not wait for the disk. With these and `syncFiles` a commit survives a power cut, as on a server. */
const DURABLE = [...PGlite.defaultStartParams.filter((flag) => flag !== '-F'), '-c', 'wal_sync_method=fsync'];

const database = await PGlite.create(input.dataDirectory, { startParams: DURABLE });
syncFiles();

let session: Session | undefined;
owner.on('message', (order: WorkerOrder) => {
  if (order.kind === 'session') session = new Session(order.port, session);
  else void stop();
});
owner.postMessage('ready');

/**
 * One client. PGlite has a single session: a newcomer ends the one before and finds nothing of it, no transaction, no
 * setting, no prepared statement.
 */
class Session {
  private unfinished: Buffer = Buffer.alloc(0);
  private ended = false;

  constructor(
    private readonly port: MessagePort,
    predecessor: Session | undefined,
  ) {
    predecessor?.end();
    port.on('message', (bytes: Uint8Array) => this.take(bytes));
    port.on('close', () => this.end());
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.port.close();
    execute(simpleQuery('ROLLBACK'), () => undefined);
    execute(simpleQuery('DISCARD ALL'), () => undefined);
  }

  /** Runs the whole messages among these bytes, all at once, and keeps the rest. */
  private take(bytes: Uint8Array): void {
    if (this.ended) return;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const buffer = this.unfinished.length === 0 ? chunk : Buffer.concat([this.unfinished, chunk]);
    let begin = 0;
    let end = 0;
    for (;;) {
      const length = messageLength(buffer, end);
      if (length === undefined || end + length > buffer.length) break;
      end += length;
      // PGlite wants the start-up message, the only one without a type byte, for itself.
      if (buffer[begin] === 0) {
        this.run(buffer.subarray(begin, end));
        begin = end;
      }
    }
    if (end > begin) this.run(buffer.subarray(begin, end));
    this.unfinished = buffer.subarray(end);
  }

  private run(messages: Buffer): void {
    let answer: Buffer[] = [];
    let size = 0;
    const post = () => {
      if (size === 0) return;
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const part of answer) at += part.copy(bytes, at);
      this.port.postMessage(bytes, [bytes.buffer]);
      answer = [];
      size = 0;
    };
    execute(new Uint8Array(messages), (data) => {
      answer.push(Buffer.from(data));
      size += data.length;
      if (size >= POST_EVERY_BYTES) post();
    });
    post();
  }
}

/** The length of the message that begins there, its type byte included, once so much of it has come. */
function messageLength(buffer: Buffer, at: number): number | undefined {
  if (buffer.length - at < 5) return undefined;
  return buffer[at] === 0 ? buffer.readInt32BE(at) : 1 + buffer.readInt32BE(at + 1);
}

function execute(messages: Uint8Array, onRawData: (data: Uint8Array) => void): void {
  Atomics.store(input.busySince, 0, Math.floor(Date.now() / 1000));
  // On the file system of Node nothing is left to await: all of it happens before this returns.
  database.execProtocolRawStream(messages, { onRawData, syncToFs: false }).catch(fail);
  Atomics.store(input.busySince, 0, 0);
}

function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`);
  const message = Buffer.alloc(5 + text.length);
  message.write('Q');
  message.writeInt32BE(4 + text.length, 1);
  text.copy(message, 5);
  return new Uint8Array(message);
}

interface OpenFile {
  readonly nfd?: number;
  readonly node: unknown;
}

interface NodeFileSystem {
  readonly stream_ops: { fsync?: (file: OpenFile) => number };
  realPath(node: unknown): string;
}

/** Gives PostgreSQL's fsync a meaning, which the WebAssembly file system leaves out. */
function syncFiles(): void {
  const { filesystems } = database.Module.FS as unknown as { filesystems: { NODEFS: NodeFileSystem } };
  filesystems.NODEFS.stream_ops.fsync = ({ nfd, node }) => {
    const fd = nfd ?? openSync(filesystems.NODEFS.realPath(node), 'r');
    try {
      fsyncSync(fd);
    } finally {
      if (nfd === undefined) closeSync(fd);
    }
    return 0;
  };
}

async function stop(): Promise<void> {
  session?.end();
  await database.close();
  process.exit();
}

/** Ends the thread; its owner sees the error and starts another. */
function fail(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
