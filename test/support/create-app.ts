import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp, type Storage } from '../../src/app.setup.js';
import { loadConfig, type ProcessEnv } from '../../src/config/index.js';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
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
  /** Requests that show no credential come with one of an administrator: all of them, or those to routes that demand one. */
  readonly signedIn?: SigningIn;
}

/**
 * The whole application on a port of its own, as `main.ts` sets it up, with its settings from `env`. Records go to
 * memory unless a storage is given; `database` is the real one.
 */
export async function createGateway(
  env: ProcessEnv = {},
  storage?: Storage | 'database',
  { yaml, signedIn }: TestGatewayOptions = {},
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
    // Tests ask the same again and want it made again.
    RESPONSE_CACHE: 'off',
    ...JWT_KEYS,
    ...env,
  };
  const config = loadConfig(
    settings,
    yaml === undefined ? {} : { configDir: await createConfigDir(dataDir, yaml) },
  );
  const memory = new MemoryStorage();
  const app = await createApp(config, storage === 'database' ? undefined : (storage ?? [memory.module()]));
  if (signedIn !== undefined) await signIn(app, signedIn);
  await app.listen(0, '127.0.0.1');
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

async function createConfigDir(dataDir: string, yaml: string): Promise<string> {
  const configDir = join(dataDir, 'config');
  await cp(new URL('../../config', import.meta.url), configDir, { recursive: true });
  await appendFile(join(configDir, 'environments', 'test.yaml'), `\n${yaml}\n`);
  return configDir;
}
