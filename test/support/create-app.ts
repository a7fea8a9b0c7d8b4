import { appendFile, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, type Storage } from '../../src/app.setup.js';
import { loadConfig, type ProcessEnv } from '../../src/config/index.js';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { PinoLogger } from '../../src/infrastructure/logging/index.js';
import { MemoryStorage } from './memory-storage.js';
import { signIn, type SigningIn } from './sign-in.js';

export interface TestGateway {
  readonly app: NestFastifyApplication;
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly port: number;
  /** What went on record. Only there when the storage was left to be memory. */
  readonly storage: MemoryStorage;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Lines put to those of `environments/test.yaml`. */
  readonly yaml?: string;
  /** A port that is known before; any free one unless told. */
  readonly port?: number;
  /** Requests that show no credential come with one of an administrator: all of them, or those to routes that demand one. */
  readonly signedIn?: SigningIn;
  /** In place of `prices.yaml`. */
  readonly prices?: string;
  /** Takes the lines of the log, of which there are as many as `LOG_LEVEL` says. */
  readonly log?: { write(line: string): void };
}

/**
 * The whole application on a port of its own, as `main.ts` sets it up, with its settings from `env`. Records go to
 * memory unless a storage is given; `database` is the real one.
 */
export async function createGateway(
  env: ProcessEnv = {},
  storage?: Storage | 'database',
  { yaml, prices, signedIn, log, port: fixedPort = 0 }: TestGatewayOptions = {},
): Promise<TestGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'citadel-test-'));
  const settings = {
    CITADEL_ENV: 'test',
    CITADEL_DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'silent',
    DRAIN_TIMEOUT_S: '1',
    LOAD_SHED: 'off',
    // Tests ask the same again, often, and want it made again.
    RESPONSE_CACHE: 'off',
    RATE_LIMIT: 'off',
    ...JWT_KEYS,
    ...env,
  };
  const config = loadConfig(
    settings,
    yaml === undefined && prices === undefined
      ? {}
      : { configDir: await createConfigDir(dataDir, yaml ?? '', prices) },
  );
  const memory = new MemoryStorage();
  const app = await createApp(
    config,
    storage === 'database' ? undefined : (storage ?? [memory.module()]),
    ...(log === undefined ? [] : [new PinoLogger(config.logLevel, log)]),
  );
  if (signedIn !== undefined) await signIn(app, signedIn);
  await app.listen(fixedPort, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    port,
    storage: memory,
    close: async () => {
      await app.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createConfigDir(dataDir: string, yaml: string, prices?: string): Promise<string> {
  const configDir = join(dataDir, 'config');
  await cp(new URL('../../config', import.meta.url), configDir, { recursive: true });
  await appendFile(join(configDir, 'environments', 'test.yaml'), `\n${yaml}\n`);
  if (prices !== undefined) await writeFile(join(configDir, 'prices.yaml'), prices);
  return configDir;
}
