import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBenchDatabase } from './bench-database.mjs';
import { benchRedis, redisVersion } from './bench-redis.mjs';
import { keySettings, makeKeys, signToken } from './bench-token.mjs';
import {
  GATEWAY_CPU,
  findFreePort,
  listProcessTree,
  startOnCpu,
  stop,
  waitUntilReady,
} from './processes.mjs';
import { createScratch, removeScratch } from './scratch.mjs';

/**
 * A gateway that runs and can be asked.
 *
 * @typedef {object} RunningGateway
 * @property {string} name
 * @property {number} port
 * @property {string} [path] of chats, where it serves them
 * @property {VectorsRoute} [vectors] of vectors, where it gives them
 * @property {Record<string, string>} headers
 * @property {number[]} pids none for `direct`
 * @property {() => Promise<void>} [prepare] before each measurement
 * @property {() => Promise<void>} stop
 *
 * @typedef {object} VectorsRoute
 * @property {string} path
 * @property {'openai' | 'ollama' | 'hello'} form
 *
 * @typedef {object} Gateway
 * @property {string} name
 * @property {() => string | undefined} whyNot why it cannot run on this machine
 * @property {(backendPort: number) => Promise<RunningGateway>} start
 */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));
const PORTKEY = join(PEERS, 'node_modules/@portkey-ai/gateway/build/start-server.js');
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx'].find(
  (path) => existsSync(path),
);
const OLLAMA_PATH = '/api/chat';
const OPENAI_PATH = '/v1/chat/completions';
/** @type {VectorsRoute} */
const OLLAMA_VECTORS = { path: '/api/embed', form: 'ollama' };
/** @type {VectorsRoute} */
const OPENAI_VECTORS = { path: '/v1/embeddings', form: 'openai' };
/** @type {VectorsRoute} */
const HELLO = { path: '/hello', form: 'hello' };

/** With which the product is started, and the bare framework beside it. */
const NODE_FLAGS = ['--initial-heap-size=512', '--max-semi-space-size=32', '--use-largepages=silent'];

export const VECTORS_MODEL = 'nomic-embed-text';

/** No gateway: the backend itself, and so the limit of client and backend. @type {Gateway} */
const direct = {
  name: 'direct',
  whyNot: () => undefined,
  start: async (backendPort) => ({
    name: 'direct',
    port: backendPort,
    path: OLLAMA_PATH,
    vectors: OLLAMA_VECTORS,
    headers: {},
    pids: [],
    stop: async () => {},
  }),
};

/** Passes bytes on, unbuffered: what a proxy costs that understands nothing. @type {Gateway} */
const nginx = {
  name: 'nginx',
  whyNot: () => (NGINX ? undefined : 'nginx is not installed'),
  start: async (backendPort) => {
    const directory = createScratch('nginx');
    const port = await findFreePort();
    const configuration = join(directory, 'nginx.conf');
    writeFileSync(configuration, nginxConfiguration(directory, port, backendPort));
    const child = startOnCpu(GATEWAY_CPU, [
      /** @type {string} */ (NGINX),
      '-p',
      directory,
      '-c',
      configuration,
      '-e',
      join(directory, 'error.log'),
    ]);
    await waitUntilReady(`http://127.0.0.1:${port}/api/version`, child);
    return await running('nginx', child, { port, path: OLLAMA_PATH, vectors: OLLAMA_VECTORS, directory });
  },
};

/** Passes bytes on, in Node: the least that a gateway on this machine's Node can cost. @type {Gateway} */
const nodeBytes = {
  name: 'node',
  whyNot: () => undefined,
  start: async (backendPort) => {
    const { port, child } = await startServer('./bytes-server.mjs', [String(backendPort)]);
    return await running('node', child, { port, path: OLLAMA_PATH, vectors: OLLAMA_VECTORS });
  },
};

/** @type {Gateway} */
const portkey = {
  name: 'portkey',
  whyNot: () => (existsSync(PORTKEY) ? undefined : 'its package is not installed (npm ci in bench/peers)'),
  start: async (backendPort) => {
    const port = await findFreePort();
    const child = startOnCpu(GATEWAY_CPU, [process.execPath, PORTKEY, `--port=${port}`, '--headless'], {
      cwd: PEERS,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' },
      stdio: 'ignore',
    });
    await waitUntilReady(`http://127.0.0.1:${port}/`, child, { anyStatus: true });
    const headers = {
      'x-portkey-provider': 'ollama',
      'x-portkey-custom-host': `http://127.0.0.1:${backendPort}`,
    };
    return await running('portkey', child, { port, path: OPENAI_PATH, headers });
  },
};

const whyNoRedis = () => (redisVersion() ? undefined : 'redis-server is not installed');
const whyNoCitadel = () =>
  existsSync(join(ROOT, 'dist/main.js')) ? undefined : 'it is not built (npm run build)';

/**
 * The framework alone, and one GET of a Redis behind it: what a cache hit costs at the least.
 *
 * @param {string} name
 * @param {() => Promise<string[]>} urls
 * @returns {Gateway}
 */
const hello = (name, urls) => ({
  name,
  whyNot: whyNoRedis,
  start: async () => {
    const { port, child } = await startServer('./hello-server.mjs', await urls());
    return await running(name, child, { port, vectors: HELLO });
  },
});

/** Ours, with everything on: identity, validation, audit, metrics, profiles. @type {Gateway} */
const citadel = {
  name: 'citadel',
  whyNot: whyNoCitadel,
  start: (backendPort) => startCitadel('citadel', { backendPort, path: OPENAI_PATH }),
};

/** The same in all but that nothing is put on record. @type {Gateway} */
const unaudited = {
  name: 'citadel-unaudited',
  whyNot: whyNoCitadel,
  start: (backendPort) =>
    startCitadel('citadel-unaudited', { backendPort, path: OPENAI_PATH, env: { AUDIT_MODE: 'off' } }),
};

/** The same as ours, with a Redis; asked for vectors only. @type {Gateway} */
const citadelWithRedis = {
  name: 'citadel-redis',
  whyNot: () => whyNoCitadel() ?? whyNoRedis(),
  start: async (backendPort) => {
    const env = { REDIS_URL: (await benchRedis()).url };
    return startCitadel('citadel-redis', { backendPort, path: OPENAI_PATH, vectors: OPENAI_VECTORS, env });
  },
};

/** The same where everybody has to say who they are, and is counted: asked with a signed token. @type {Gateway} */
const identified = {
  name: 'citadel-identified',
  whyNot: whyNoCitadel,
  start: async (backendPort) => {
    const keys = await makeKeys();
    const issuer = 'http://bench.test';
    const env = {
      ...(await keySettings(keys)),
      PUBLIC_URL: issuer,
      AUTH_REQUIRE_ALL: 'on',
      RATE_LIMIT: 'on',
      RATE_LIMIT_PER_MINUTE: '1000000',
    };
    const headers = { authorization: `Bearer ${await signToken(keys, issuer)}` };
    return startCitadel('citadel-identified', { backendPort, path: OPENAI_PATH, env, headers });
  },
};

/** Everybody who is compared, in the order of the tables. */
export const GATEWAYS = [
  direct,
  nginx,
  nodeBytes,
  portkey,
  citadel,
  unaudited,
  identified,
  hello('hello', async () => []),
  hello('hello-get', async () => [(await benchRedis()).url]),
  citadelWithRedis,
];

export const GATEWAY_NAMES = GATEWAYS.map(({ name }) => name);

/** Installs the peers from their lock file when they are missing; a machine without a registry measures without them. */
export function installPeers() {
  if (existsSync(PORTKEY)) return;
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: PEERS,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    console.error('The peers could not be installed; they are left out.');
  }
}

/**
 * One of the bare servers beside this file, with the flags of the product.
 *
 * @param {string} file
 * @param {string[]} settings behind its port
 */
async function startServer(file, settings) {
  const port = await findFreePort();
  const script = fileURLToPath(new URL(file, import.meta.url));
  const child = startOnCpu(GATEWAY_CPU, [process.execPath, ...NODE_FLAGS, script, String(port), ...settings]);
  return { port, child };
}

/**
 * @param {string} name
 * @param {{ backendPort: number, path?: string, vectors?: VectorsRoute, env?: Record<string, string>, headers?: Record<string, string> }} how
 */
async function startCitadel(name, { backendPort, path, vectors, env, headers }) {
  const directory = createScratch(name);
  const port = await findFreePort();
  const database = await createBenchDatabase();
  const keys = await keySettings(await makeKeys());
  const log = openSync(join(directory, 'gateway.log'), 'a');
  const child = startOnCpu(GATEWAY_CPU, [process.execPath, ...NODE_FLAGS, 'dist/main.js'], {
    cwd: ROOT,
    env: {
      ...citadelEnvironment({ port, backendPort, directory, databaseUrl: database?.url }),
      ...keys,
      ...env,
    },
    stdio: ['ignore', log, log],
  });
  try {
    await waitUntilReady(`http://127.0.0.1:${port}/live`, child);
    const gateway = await running(name, child, { port, path, vectors, headers, directory });
    return { ...gateway, prepare: database?.pin, stop: () => gateway.stop().then(() => database?.drop()) };
  } catch (error) {
    await stop(child);
    await database?.drop();
    const log = readFileSync(join(directory, 'gateway.log'), 'utf8').trim().split('\n').slice(-5).join('\n');
    throw new Error(`Citadel did not start. Its last words:\n${log}`, { cause: error });
  }
}

/**
 * Waits for the first answer: to be alive is not yet to be ready.
 *
 * @param {string} name
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ port: number, path?: string, vectors?: VectorsRoute, headers?: Record<string, string>, directory?: string }} where
 * @returns {Promise<RunningGateway>}
 */
async function running(name, child, { port, path, vectors, headers = {}, directory }) {
  const chat = {
    model: 'phi3',
    messages: [{ role: 'user', content: 'Are you there? #tokens=1' }],
    stream: false,
  };
  const embedding = { model: VECTORS_MODEL, input: ['Are you there? #text=0'] };
  const body = JSON.stringify(path ? chat : embedding);
  const request = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
  await waitUntilReady(`http://127.0.0.1:${port}${path ?? vectors?.path}`, child, { request });
  return {
    name,
    port,
    path,
    vectors,
    headers,
    pids: listProcessTree(/** @type {number} */ (child.pid)),
    stop: async () => {
      await stop(child);
      if (directory) removeScratch(directory);
    },
  };
}

/** @param {{ port: number, backendPort: number, directory: string, databaseUrl: string | undefined }} settings */
function citadelEnvironment({ port, backendPort, directory, databaseUrl }) {
  const { PATH, HOME } = process.env;
  return {
    PATH,
    HOME,
    CITADEL_ENV: 'production',
    CITADEL_CONFIG_DIR: copySettings(directory),
    HOST: '127.0.0.1',
    PORT: String(port),
    OLLAMA_URL: `http://127.0.0.1:${backendPort}`,
    MODELS_ADMIT: 'any',
    RATE_LIMIT: 'off',
    LOAD_SHED: 'off',
    LOG_LEVEL: 'info',
    CITADEL_DATA_DIR: directory,
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
  };
}

/**
 * The package's settings without the servers they name: a Redis that happens to run on this machine would give again what
 * an earlier run has left in it.
 *
 * @param {string} directory
 */
function copySettings(directory) {
  const settings = join(directory, 'config');
  cpSync(join(ROOT, 'config'), settings, { recursive: true });
  writeFileSync(join(settings, 'environments/production.yaml'), '{}\n');
  return settings;
}

/**
 * @param {string} directory
 * @param {number} port
 * @param {number} backendPort
 */
const nginxConfiguration = (directory, port, backendPort) => `
daemon off;
master_process off;
worker_processes 1;
pid ${directory}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  keepalive_requests 10000000;
  upstream backend {
    server 127.0.0.1:${backendPort};
    keepalive 1024;
    keepalive_requests 10000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
