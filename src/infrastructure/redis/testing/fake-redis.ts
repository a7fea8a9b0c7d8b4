import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
/** A reply of several words; one that begins with a colon is a number. */
export const push = (kind: string, ...rest: string[]) =>
  `*${rest.length + 1}\r\n${[kind, ...rest].map((each) => (/^:/.test(each) ? `${each}\r\n` : bulk(each))).join('')}`;

/** Speaks as much of Redis (RESP 2) as a listener needs. */
export class FakeRedis {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  subscriptions = 0;
  /** What happens to a connection that wants to listen. */
  onSubscribe: (socket: Socket, channel: string) => void = (socket, channel) =>
    void socket.write(push('subscribe', channel, ':1'));

  constructor(version = '7.0.0') {
    const info = `redis_version:${version}\r\nloading:0\r\n`;
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        const words = data.toString().split('\r\n');
        for (const [at, word] of words.entries()) {
          if (/^info$/i.test(word)) socket.write(bulk(info));
          else if (/^subscribe$/i.test(word)) {
            this.subscriptions += 1;
            this.onSubscribe(socket, words[at + 2]!);
          } else if (/^(client|select)$/i.test(word)) socket.write('+OK\r\n');
        }
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.dropAll();
    this.server.close();
  }

  dropAll(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}
