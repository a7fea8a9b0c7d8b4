import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { Arrivals } from './arrivals.js';
import { withDeadline } from './eventually.js';

/** How a handshake was refused. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | string[] | undefined>>,
    readonly body: string,
  ) {
    super(`refused with ${status}`);
  }
}

/** A plain WebSocket client that keeps all it was told. */
export class WsClient {
  readonly messages = new Arrivals<Record<string, unknown>>();
  readonly closed: Promise<{ code: number; reason: string }>;
  private read = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) throw new Error('a binary message');
      const text = data.toString('utf8');
      // Of Socket.IO only its doors are tried with this client; its packets begin with a digit.
      if (!/^\d/.test(text)) this.messages.push(JSON.parse(text) as Record<string, unknown>);
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.once('close', (code, reason) => {
        this.messages.close(new Error(`closed with ${code} ${reason.toString()}`));
        resolve({ code, reason: reason.toString() });
      }),
    );
  }

  /** Resolves when the connection is open; rejects with a `Refusal`. */
  static async open(url: string, options: ClientOptions = {}): Promise<WsClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options);
    const client = new WsClient(socket);
    const refused = new Promise<never>((_, reject) => {
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => reject(new Refusal(response.statusCode!, response.headers, body)));
      });
      socket.once('error', reject);
    });
    await Promise.race([once(socket, 'open'), refused]);
    return client;
  }

  say(message: unknown): void {
    this.socket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  }

  /** The next message, in order. */
  next(): Promise<Record<string, unknown>> {
    return withDeadline(this.messages.at(this.read++), { what: 'a message' });
  }

  /** All messages up to one for which this holds. */
  async until(isLast: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>[]> {
    const said: Record<string, unknown>[] = [];
    for (;;) {
      const message = await this.next();
      said.push(message);
      if (isLast(message)) return said;
    }
  }

  close(): void {
    this.socket.close();
  }

  /** Ends the TCP connection as a crash would. */
  kill(): void {
    this.socket.terminate();
  }
}
