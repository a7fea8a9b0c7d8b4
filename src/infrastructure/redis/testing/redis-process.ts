import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether this machine has a Redis to run. */
export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** A real Redis on a port of its own, which can be stopped, frozen and thawed. */
export class RedisProcess {
  private child: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  static async create(): Promise<RedisProcess> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    return new RedisProcess(port);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`;
  }

  /** Begins with what was saved in the directory, where one is given. */
  async start(directory?: string): Promise<this> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    if (directory !== undefined) options.push('--dir', directory);
    this.child = spawn('redis-server', options, { stdio: 'ignore' });
    while (!(await answers(this.port))) await sleep(10);
    return this;
  }

  /** From now on it takes connections and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
  });
}
