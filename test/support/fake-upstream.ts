import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Arrivals } from './arrivals.js';
import type { Split } from './byte-split.js';
import { Exchange } from './exchange.js';
import { Gate } from './gate.js';
import { HttpRequestReader } from './http-request-reader.js';
import { toRecordedRequest, type RecordedRequest } from './recorded-request.js';
import { ConnectionGone, UpstreamConnection } from './upstream-connection.js';

/** What a fake does with a request. It ends the exchange in some way, or awaits `exchange.closed`. */
export type Script = (exchange: Exchange) => Promise<void> | void;

export interface FakeUpstreamOptions {
  readonly split?: Split;
  /** A free one unless given. */
  readonly port?: number;
}

/** An HTTP server on a real socket of 127.0.0.1 that records what clients do and answers by scripts, byte by byte. */
export class FakeUpstream {
  /** How bodies are cut, from the next request on. */
  split: Split;
  /** A second fake that came with this one, such as a redirect's target. Closed together. */
  companion: FakeUpstream | undefined;
  private server: Server | undefined;
  private boundPort: number;
  private frozen: Gate<Exchange> | undefined;
  private scripts: Script[] = [];
  private current: Script | undefined;
  private readonly failures: unknown[] = [];
  private readonly requestLog = new Arrivals<RecordedRequest>();
  private readonly cursors = new Map<string | undefined, number>();
  private readonly connectionLog = new Arrivals<UpstreamConnection>();

  constructor({ split = 'per-line', port = 0 }: FakeUpstreamOptions = {}) {
    this.split = split;
    this.boundPort = port;
  }

  get port(): number {
    return this.boundPort;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.boundPort}`;
  }

  /** Every request so far, in order of arrival. */
  get requests(): readonly RecordedRequest[] {
    return this.requestLog.items;
  }

  /** Every connection so far, open or closed. */
  get connections(): readonly UpstreamConnection[] {
    return this.connectionLog.items;
  }

  get openConnections(): readonly UpstreamConnection[] {
    return this.connections.filter((connection) => connection.state === 'open');
  }

  /** Listens on a free port, or again on the one it had. */
  async listen(): Promise<this> {
    const server = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.boundPort, '127.0.0.1', resolve);
    });
    this.server = server;
    this.boundPort = (server.address() as AddressInfo).port;
    return this;
  }

  /** Closes every connection and refuses new ones until `listen` is called again. */
  async refuse(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    for (const connection of this.connections) connection.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** From now on no request is answered, whatever its path, until the gate is opened. */
  freeze(): Gate<Exchange> {
    this.frozen = new Gate();
    return this.frozen;
  }

  /** Each script serves one request, in order; the last one stays in force. */
  script(script: Script): void {
    this.scripts.push(script);
  }

  /** The first request, of this path if one is given, that no earlier call like this was given; now or when it comes. */
  async nextRequest(path?: string): Promise<RecordedRequest> {
    for (;;) {
      const index = this.cursors.get(path) ?? 0;
      this.cursors.set(path, index + 1);
      const request = await this.requestLog.at(index);
      if (path === undefined || request.path === path) return request;
    }
  }

  /** Resolves when that connection, counted from 0, has been opened and closed. */
  async connectionClosed(index: number): Promise<UpstreamConnection> {
    return (await this.connectionLog.at(index)).closed;
  }

  /** Destroys all sockets and stops listening. Fails when a script failed or a client did not speak HTTP. */
  async close(): Promise<void> {
    await this.companion?.close();
    await this.refuse();
    const reason = new Error('the fake was closed before this happened');
    this.requestLog.close(reason);
    this.connectionLog.close(reason);
    const failures = this.failures.splice(0);
    if (failures.length > 0) throw new AggregateError(failures, `a fake failed: ${failures.join('; ')}`);
  }

  /** Answers one request. Fakes of a protocol route by path first. */
  protected handle(exchange: Exchange): Promise<void> | void {
    return this.runScript(exchange, (unscripted) =>
      unscripted.respond(404, { 'Content-Type': 'text/plain' }, 'no script'),
    );
  }

  /** The script whose turn it is, or the fallback when none was ever given. */
  protected runScript(exchange: Exchange, fallback: Script): Promise<void> | void {
    this.current = this.scripts.shift() ?? this.current;
    return (this.current ?? fallback)(exchange);
  }

  private accept(socket: Socket): void {
    const connection = new UpstreamConnection(this.connections.length, socket);
    const reader = new HttpRequestReader();
    let turn = Promise.resolve();
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const incoming of reader.push(bytes)) {
          const request = toRecordedRequest(incoming, connection.index);
          turn = turn.then(() => this.serve(new Exchange(request, connection, this.split)));
          this.requestLog.push(request);
        }
      } catch (error) {
        this.failures.push(error);
        connection.destroy();
      }
    });
    this.connectionLog.push(connection);
  }

  private async serve(exchange: Exchange): Promise<void> {
    try {
      if (this.frozen) await exchange.hold(this.frozen);
      await this.handle(exchange);
      if (!exchange.isOver) throw new Error(`a script left ${exchange.request.path} without an end`);
    } catch (error) {
      if (!(error instanceof ConnectionGone)) this.failures.push(error);
      exchange.connection.destroy();
    }
  }
}
