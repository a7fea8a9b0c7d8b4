import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer without memory: each request goes to the next server, whoever sends it. */
export class RoundRobin {
  private readonly server: Server = createServer((incoming, outgoing) => this.forward(incoming, outgoing));
  private turn = 0;

  /** Servers by their addresses; may change at any time. */
  constructor(public targets: readonly string[]) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const target = this.targets[this.turn++ % this.targets.length]!;
    const { method, headers } = incoming;
    const forwarded = request(new URL(incoming.url!, target), { method, headers, agent: false });
    forwarded.on('response', (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers).flushHeaders();
      answer.on('error', () => outgoing.destroy()).pipe(outgoing);
    });
    // What breaks on one side is broken on the other.
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }
}
