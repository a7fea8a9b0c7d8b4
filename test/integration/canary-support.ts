import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';
import { vi } from 'vitest';

const MOST_DIGITS = 12;
/** So short that who has a plain digest has the secret. */
const GUESSABLE = 24;

/** Secrets that may come out nowhere, whole, in the part that is worth something, or in another spelling. */
export class Canaries {
  private readonly byName = new Map<string, RegExp>();
  private readonly secrets = new Map<string, string>();

  /** Gives it back. */
  keep(name: string, secret: string): string {
    if (secret.length < 6) throw new Error(`${name} is too short to be looked for: ${secret}`);
    this.secrets.set(name, secret);
    const spellings = spellingsOf(secret).map(literally).join('|');
    // A number of a few digits stands in other numbers by chance.
    const isNumber = /^\d+$/.test(secret) && secret.length <= MOST_DIGITS;
    this.byName.set(
      name,
      new RegExp(isNumber ? `(?<![0-9A-Za-z])(?:${spellings})(?![0-9A-Za-z])` : spellings),
    );
    return secret;
  }

  /** The names of those that a text holds. */
  foundIn(text: string): string[] {
    return [...this.byName].filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
  }

  /** With their names. */
  get all(): readonly (readonly [name: string, secret: string])[] {
    return [...this.secrets];
  }
}

function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const spellings = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    // As PostgreSQL shows bytes.
    bytes.toString('hex'),
  ];
  const [, , signature] = secret.startsWith('eyJ') ? secret.split('.') : [];
  if (signature !== undefined) spellings.push(signature);
  if (secret.length <= GUESSABLE)
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      spellings.push(createHash('sha256').update(secret).digest(encoding));
  return [...new Set(spellings)];
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/** All that a process says, as lines: what is logged, and what goes past the log. */
export class Listener {
  readonly lines: string[] = [];

  write(line: string): void {
    this.lines.push(line);
  }

  /** Until mocks are restored. */
  listenToProcess(): void {
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const)
      vi.spyOn(console, method).mockImplementation((...values: unknown[]) =>
        this.write(values.map(String).join(' ')),
      );
    for (const stream of [process.stdout, process.stderr]) {
      const write = stream.write.bind(stream) as (...values: unknown[]) => boolean;
      vi.spyOn(stream, 'write').mockImplementation((...values: unknown[]) => {
        this.write(String(values[0]));
        return write(...values);
      });
    }
  }
}

/** Every table of a database as text, by its name. */
export async function readTables(dataSource: DataSource): Promise<ReadonlyMap<string, string>> {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'`,
  );
  const texts = new Map<string, string>();
  for (const { name } of tables) {
    const [row] = await dataSource.query<{ text: string | null }[]>(
      `SELECT string_agg(whole::text, ' ') AS text FROM "${name}" AS whole`,
    );
    texts.set(name, row?.text ?? '');
  }
  return texts;
}

/** Every file of a folder, by its path. Read from a copy, as the folder is being written to. */
export async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const copy = await mkdtemp(join(tmpdir(), 'citadel-canary-copy-'));
  try {
    await cp(folder, copy, { recursive: true });
    const entries = await readdir(copy, { recursive: true, withFileTypes: true });
    const texts = new Map<string, string>();
    for (const { parentPath, name } of entries.filter((entry) => entry.isFile()))
      texts.set(
        join(parentPath, name).slice(copy.length + 1),
        await readFile(join(parentPath, name), 'latin1'),
      );
    return texts;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

/** Every key of a Redis with what lies there, in one text each. */
export async function readRedis(url: string): Promise<ReadonlyMap<string, string>> {
  const redis = new Redis(url);
  try {
    const texts = new Map<string, string>();
    for (const key of await redis.keys('*'))
      texts.set(key, `${key} ${JSON.stringify(await readKey(redis, key))}`);
    return texts;
  } finally {
    redis.disconnect();
  }
}

/** A dump would be compressed. */
async function readKey(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.getBuffer(key))?.toString('latin1');
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, 0, -1);
    case 'stream':
      return redis.xrange(key, '-', '+');
    case 'none': // it was let go meanwhile
      return undefined;
    default:
      throw new Error(`It is not known how to read ${key}.`);
  }
}
