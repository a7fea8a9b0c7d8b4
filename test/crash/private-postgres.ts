import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';

/** Where the server's programs are, if they are installed. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return versions
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** A server of a test's own, on a free port, which may be killed. */
export class PrivatePostgres {
  private constructor(
    private readonly bin: string,
    private readonly directory: string,
    private readonly port: number,
  ) {}

  static async start(bin: string): Promise<PrivatePostgres> {
    const directory = await mkdtemp(join(tmpdir(), 'citadel-postgres-'));
    if (isRoot()) {
      execFileSync('chown', ['postgres', directory]);
      await chmod(directory, 0o700);
    }
    const server = new PrivatePostgres(bin, directory, await freePort());
    await server.do('initdb', '--no-sync', '--auth=trust', '--username=postgres', '-D', server.data);
    await server.launch();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** As after a loss of power, but for the caches of the operating system: no farewell, recovery at the start. */
  async crash(): Promise<void> {
    await this.do('pg_ctl', 'stop', '-D', this.data, '-m', 'immediate');
  }

  async launch(): Promise<void> {
    const options = `-p ${this.port} -k ${this.directory} -c listen_addresses=127.0.0.1`;
    await this.do('pg_ctl', 'start', '-w', '-D', this.data, '-l', join(this.directory, 'log'), '-o', options);
  }

  async remove(): Promise<void> {
    await this.crash().catch(() => undefined);
    await rm(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }

  /** The server refuses to be run by root. */
  private async do(program: string, ...args: string[]): Promise<void> {
    const command = join(this.bin, program);
    if (isRoot()) await run('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: this.directory });
    else await run(command, args, { cwd: this.directory });
  }
}

const isRoot = (): boolean => process.getuid?.() === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
