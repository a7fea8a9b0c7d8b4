import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Head and body, with their line ends. */
  readonly data: string;
}

/** Takes mails on a port of loopback and keeps them. Speaks as much of SMTP (RFC 5321) as a client needs. */
export class FakeSmtpServer {
  readonly mails: ReceivedMail[] = [];
  /** What it says to the end of a mail. */
  answer = '250 taken';
  /** Takes connections and says nothing. */
  isSilent = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.serve(socket));

  async listen(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** The newest mail to somebody. */
  mailTo(address: string): string | undefined {
    return this.mails.findLast(({ to }) => to.some((each) => each.toLowerCase() === address.toLowerCase()))
      ?.data;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket)).on('error', () => undefined);
    if (this.isSilent) return;
    let from = '';
    let to: string[] = [];
    let data: string | undefined;
    let rest = '';
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 fake');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data !== undefined) {
          if (line !== '.') data += `${line}\r\n`;
          else {
            if (this.answer.startsWith('2')) this.mails.push({ from, to, data });
            data = undefined;
            say(this.answer);
          }
        } else if (/^MAIL FROM:/i.test(line)) {
          from = between(line);
          to = [];
          say('250 ok');
        } else if (/^RCPT TO:/i.test(line)) {
          to.push(between(line));
          say('250 ok');
        } else if (/^DATA$/i.test(line)) {
          data = '';
          say('354 go on');
        } else if (/^QUIT$/i.test(line)) socket.end('221 bye\r\n');
        else say('250 ok');
      }
    });
  }
}

const between = (line: string): string => /<([^>]*)>/.exec(line)?.[1] ?? '';
