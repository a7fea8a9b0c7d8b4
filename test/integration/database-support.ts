import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import ts from 'typescript';
import type { AppConfig, AuditConfig, DatabaseConfig, PostgresConfig } from '../../src/config/index.js';
import type { BeginRecord, OutcomeRecord } from '../../src/contracts/journal.js';
import { createDataSource } from '../../src/infrastructure/database/index.js';
import { eventually } from '../support/eventually.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** An embedded database that was created and closed once; copying it takes a twentieth of creating one. */
const TEMPLATE = join(ROOT, 'node_modules/.cache/citadel-gateway/embedded-postgres');

export const SERVER_URL = process.env.TEST_DATABASE_URL;

/** The embedded database first, then a server when one is named; that alone where the other has had its turn. */
export const kindsAtHand = <Kind>(embedded: Kind, server: Kind): readonly Kind[] => {
  if (!SERVER_URL) return [embedded];
  return process.env.TEST_SERVERS_ONLY ? [server] : [embedded, server];
};

/** Settings of a gateway with this database, or another way to it. */
export const configOf = ({ config, audit }: TestDatabase, database: DatabaseConfig = config): AppConfig =>
  ({ database, audit }) as AppConfig;

/** A database of a test's own, and how to be rid of it. */
export interface TestDatabase {
  readonly config: DatabaseConfig;
  readonly audit: AuditConfig;
  remove(): Promise<void>;
}

export const DATABASE_KINDS = kindsAtHand<{ kind: string; create: () => Promise<TestDatabase> }>(
  { kind: 'the embedded database', create: createEmbedded },
  { kind: 'a PostgreSQL server', create: createOnServer },
);

export async function createEmbedded(): Promise<TestDatabase> {
  const directory = await temporaryDirectory();
  await copyEmbedded(directory);
  const audit = await createAuditConfig();
  return {
    config: { kind: 'embedded', directory },
    audit: audit.config,
    remove: async () => {
      await audit.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function createOnServer(): Promise<TestDatabase & { config: PostgresConfig }> {
  const name = `citadel_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER_URL as string);
  url.pathname = name;
  const audit = await createAuditConfig();
  return {
    audit: audit.config,
    config: {
      kind: 'postgres',
      url: url.href,
      poolMax: 4,
      poolMin: 2,
      acquireTimeoutMs: 1_000,
      statementTimeoutMs: 2_000,
      recycleMs: 3_600_000,
    },
    remove: async () => {
      await audit.remove();
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

async function createAuditConfig(): Promise<{ config: AuditConfig; remove(): Promise<void> }> {
  const directory = await temporaryDirectory();
  const config: AuditConfig = {
    mode: 'required',
    spoolDirectory: join(directory, 'spool'),
    spoolMaxBytes: 64 * 1024 ** 2,
    signingKeyFile: join(directory, 'signing-key.pem'),
    checkpointDirectory: join(directory, 'checkpoints'),
    checkpointEveryMs: 60_000,
    retentionMs: undefined,
  };
  return { config, remove: () => rm(directory, { recursive: true, force: true }) };
}

export const temporaryDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'citadel-database-'));

/** As who may do all there. */
export async function onServer(sql: string): Promise<void> {
  const client = new pg.Client(SERVER_URL);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** A fresh embedded database in this directory. */
export const copyEmbedded = async (directory: string): Promise<void> =>
  cp(await (template ??= createTemplate()), directory, { recursive: true });

let template: Promise<string> | undefined;

async function createTemplate(): Promise<string> {
  const { version } = JSON.parse(
    await readFile(join(ROOT, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string };
  const finished = `${TEMPLATE}-${version}`;
  if (await exists(finished)) return finished;
  const draft = `${finished}.${process.pid}`;
  await mkdir(dirname(draft), { recursive: true });
  const dataSource = createDataSource({ kind: 'embedded', directory: draft });
  await dataSource.initialize();
  await dataSource.destroy();
  // Another test file may have been first; then theirs is as good.
  await rename(draft, finished).catch(() => rm(draft, { recursive: true, force: true }));
  return finished;
}

const exists = (directory: string) =>
  readdir(directory).then(
    () => true,
    () => false,
  );

/** The sources as plain JavaScript in a folder of their own, as the build makes them, for processes of their own. */
export async function compileSources(): Promise<string> {
  const folder = await temporaryDirectory();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { compilerOptions } = config as { compilerOptions: Record<string, unknown> };
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, sourceMap: false }, ROOT);
  for (const part of [
    'common',
    'config',
    'contracts',
    'infrastructure/database',
    'infrastructure/filesystem',
    'modules/audit',
  ]) {
    const names = await readdir(join(ROOT, 'src', part), { recursive: true });
    for (const name of names.filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))) {
      const source = join(ROOT, 'src', part, name);
      const target = join(folder, part, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      const { outputText } = ts.transpileModule(await readFile(source, 'utf8'), {
        fileName: source,
        compilerOptions: { ...options, module: ts.ModuleKind.ESNext },
      });
      await writeFile(target, outputText);
    }
  }
  return folder;
}

/** A node process that runs a script among the compiled sources and says lines. */
export class Program {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private heard = 0;

  constructor(folder: string, script: string, args: readonly string[] = []) {
    this.child = spawn(process.execPath, ['--input-type=module', '-', ...args], {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, TZ: 'America/New_York' },
    });
    this.child.stdin?.end(script);
    let rest = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts);
    });
    this.exited = new Promise((resolve) => this.child.once('close', resolve));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  /** The next line that it says. */
  async says(): Promise<string> {
    const index = this.heard++;
    return eventually(() => this.lines[index] ?? '', Boolean, { deadlineMs: 30_000, what: 'a line' });
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }
}

/** Stands before a server and can be cut off, frozen and brought back: an outage without touching the server. */
export class TcpProxy {
  private readonly server = createServer((client) => this.accept(client));
  private readonly sockets = new Set<Socket>();
  private frozen = false;
  private port = 0;
  /** Set to swallow what the server says, from the next byte on. */
  swallowAnswers = false;

  constructor(private readonly target: URL) {}

  /** The target's address by way of here. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** The same port each time. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Connections are reset and new ones refused. */
  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.resetAndDestroy();
    await closed;
  }

  /** Connections stay and nothing passes, as with a stopped process. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  private accept(client: Socket): void {
    const server = createConnection(Number(this.target.port || 5432), this.target.hostname);
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (bytes) => server.write(bytes));
    server.on('data', (bytes) => {
      if (!this.swallowAnswers) client.write(bytes);
    });
    if (this.frozen) for (const socket of [client, server]) socket.pause();
  }
}

/** A generation that went well, but for what is said. */
export function outcomeOf({
  begin,
  ...rest
}: Partial<Omit<OutcomeRecord, 'begin'>> & { begin?: Partial<BeginRecord> }): OutcomeRecord {
  return {
    begin: {
      id: 'gen-1',
      kind: 'chat',
      route: '/v1/chat/completions',
      requestId: 'req-1',
      tenant: 'default',
      userId: 'ada',
      model: 'llama3',
      profile: 'generic',
      stream: true,
      createdAt: new Date('2026-07-01T10:00:00.000Z'),
      inputs: [
        {
          kind: 'chat',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'What is an engine?' },
          ],
        },
      ],
      ...begin,
    },
    outcome: { status: 'finished', finishReasons: ['stop'] },
    backend: 'ollama',
    backendModel: 'llama3:8b',
    attempts: 1,
    usage: { promptTokens: 12, completionTokens: 3 },
    generatedPieces: 3,
    deliveredPieces: 3,
    readerWaits: 0,
    firstTokenMs: 120,
    durationMs: 2_500,
    endedAt: new Date('2026-07-01T10:00:02.500Z'),
    answers: () => [{ text: 'A machine.' }],
    ...rest,
  };
}
