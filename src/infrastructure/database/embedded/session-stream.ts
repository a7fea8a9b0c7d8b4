import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/** Opens a session and gives its port. Rejects when there is no database to talk to. */
export type OpenSession = () => Promise<MessagePort>;

/** A session of the embedded database in the form in which `pg` wants its socket. */
export class SessionStream extends Duplex {
  private port: MessagePort | undefined;

  constructor(private readonly openSession: OpenSession) {
    super();
  }

  /** Host and port, which `pg` passes, mean nothing here. */
  connect(): this {
    this.openSession().then(
      (port) => this.attach(port),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    this.port?.ref();
    return this;
  }

  unref(): this {
    this.port?.unref();
    return this;
  }

  override _read(): void {
    // What the database says is pushed when it comes.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.send([chunk]);
    done();
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.send(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _final(done: () => void): void {
    this.port?.close();
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.port?.close();
    done(error);
  }

  private attach(port: MessagePort): void {
    if (this.destroyed) {
      port.close();
      return;
    }
    this.port = port;
    port.on('message', (bytes: Uint8Array) =>
      this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    );
    // The other side goes when a newcomer takes its place or when the worker has died.
    port.on('close', () => this.destroy());
    this.emit('connect');
  }

  private send(chunks: readonly Buffer[]): void {
    const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) at += chunk.copy(bytes, at);
    this.port?.postMessage(bytes, [bytes.buffer]);
  }
}
