import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { readChatStream } from '../support/sse.js';

const run = promisify(execFile);
const JSON_TYPE = { 'content-type': 'application/json' };

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citadel-process-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

const started: GatewayProcess[] = [];
const start = (env: Record<string, string> = {}) => {
  const gateway = new GatewayProcess({ CITADEL_DATA_DIR: dataDir, ...env });
  started.push(gateway);
  return gateway;
};
// What a failed test left running would hold the data directory of the next.
afterEach(async () => {
  for (const gateway of started.splice(0)) {
    gateway.kill('SIGKILL');
    await gateway.exit();
  }
});

const ask = (url: string, body: object = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });

describe('the gateway as a process', { timeout: 120_000 }, () => {
  it('says where it is, what it chose and why, and gives a command to try that works', async () => {
    const gateway = start();
    await gateway.url();
    expect(gateway.output).toMatch(
      /database: embedded PostgreSQL in .* \(neither DATABASE_URL nor DATABASE_HOST is set\)/,
    );
    expect(gateway.output).toMatch(/cache: memory \(REDIS_URL is not set\)/);
    expect(gateway.output).toMatch(/backend: (the simulator \(no ollama answers|ollama \()/);
    const [, curl] = await gateway.said(/Try it:\n([\s\S]*?)\n\n/);
    const { stdout } = await run('bash', ['-c', curl!]);
    expect(stdout).toMatch(/^data: \{"id":"chatcmpl-/);
    expect(stdout).toMatch(/data: \[DONE\]\n\n$/);
    expect(await gateway.stop()).toBe(0);
  });

  it('refuses the data directory of a running one, and takes it over at once from a killed one', async () => {
    const first = start();
    expect((await ask(await first.url())).status).toBe(200);
    const second = start();
    expect(await second.exit()).toBe(1);
    expect(second.output).toContain(dataDir);

    first.kill('SIGKILL');
    expect(await first.exit()).toBe('SIGKILL');
    const third = start();
    expect((await ask(await third.url())).status).toBe(200);
    expect(await third.stop()).toBe(0);
  });

  it('knows after it was killed which response it was to give in the background', async () => {
    const ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const env = { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
    const first = start(env);
    const begun = await fetch(`${await first.url()}/v1/responses`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ model: 'phi3', input: 'Hello', background: true }),
    });
    const { id } = (await begun.json()) as { id: string };
    await gate.reached;
    first.kill('SIGKILL');
    await first.exit();
    const second = start(env);
    const found = await fetch(`${await second.url()}/v1/responses/${id}`);
    expect(await found.json()).toMatchObject({ id, status: 'failed', error: { code: 'server_error' } });
    gate.open();
    await second.stop();
    await ollama.close();
  });

  it('lets a running stream finish after SIGTERM while it takes no new one, and then exits with 0', async () => {
    const ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const gateway = start({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
    const url = await gateway.url();
    const response = await ask(url, { stream: true });
    await gate.reached;
    gateway.kill('SIGTERM');
    await gateway.said(/shutting down/);
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    expect((await ask(url)).status).toBe(503);
    gate.open();
    expect(await readChatStream(response)).toMatchObject({ text: 'one two', done: true });
    expect(await gateway.exit()).toBe(0);
    await ollama.close();
  });

  it('ends with npm start, and npm start with it', async () => {
    const ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const gateway = new GatewayProcess(
      { CITADEL_DATA_DIR: dataDir, OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' },
      [],
      ['npm', 'start'],
    );
    started.push(gateway);
    const url = await gateway.url();
    const response = await ask(url, { stream: true });
    await gate.reached;
    gateway.kill('SIGTERM');
    await gateway.said(/shutting down/);
    gate.open();
    expect(await readChatStream(response)).toMatchObject({ text: 'one two', done: true });
    expect(await gateway.exit()).toBe(0);
    await expect(fetch(`${url}/live`)).rejects.toThrow('fetch failed');
    await ollama.close();
  });

  it.each<[string, [string, ...string[]]]>([
    ['npm', ['npm', 'start']],
    ['the script of npm start', [process.execPath, 'scripts/start.mjs']],
  ])('ends where %s is killed', async (_, command) => {
    const gateway = new GatewayProcess({ CITADEL_DATA_DIR: dataDir }, [], command);
    started.push(gateway);
    await gateway.url();
    gateway.kill('SIGKILL');
    expect(await gateway.exit()).toBe('SIGKILL');
    await withDeadline(gateway.closed, { what: 'the end of the gateway' });
  });

  it('takes a signal that comes by two ways as one, and tells streams at the next that they end now', async () => {
    const ollama = await new FakeOllama({ models: 'any' }).listen();
    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const gateway = start({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', DRAIN_TIMEOUT_S: '60' });
    const url = await gateway.url();
    const response = await ask(url, { stream: true });
    await gate.reached;
    gateway.kill('SIGINT');
    await gateway.said(/shutting down/);
    gateway.kill('SIGINT');
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    let hasEnded = false;
    const reading = readChatStream(response).finally(() => (hasEnded = true));
    await eventually(() => {
      if (!hasEnded) gateway.kill('SIGINT');
      return hasEnded;
    });
    const stream = await reading;
    expect(stream).toMatchObject({ text: 'one', done: false, broken: undefined });
    expect(stream.chunks.at(-1)).toMatchObject({ error: { code: 'shutdown' } });
    expect(await gateway.exit()).toBe(0);
    await ollama.close();
  });

  it('reads its routing anew on SIGHUP, and keeps the old one when the new one is wrong', async () => {
    const configDir = join(dataDir, 'config');
    const routing = join(configDir, 'services/api-gateway/routing.yaml');
    await cp('config', configDir, { recursive: true });
    const gateway = start({ CITADEL_CONFIG_DIR: configDir });
    const url = await gateway.url();
    const knows = async (model: string) => (await fetch(`${url}/v1/models/${model}`)).status === 200;
    expect(await knows('llama-of-today')).toBe(false);

    const before = await readFile(routing, 'utf8');
    await writeFile(routing, before.replace(/valid_models:\n/, 'valid_models:\n  - llama-of-today\n'));
    gateway.kill('SIGHUP');
    await gateway.said(/routing was read anew/);
    expect(await knows('llama-of-today')).toBe(true);

    await writeFile(routing, 'valid_models: [unfinished');
    gateway.kill('SIGHUP');
    await gateway.said(/the routing stays as it was/);
    // As an editor leaves it for a moment.
    await writeFile(routing, '');
    gateway.kill('SIGHUP');
    await gateway.said(/routing\.yaml is empty/);
    // What only those who use it can tell to be wrong.
    await writeFile(
      routing,
      before
        .replace(/valid_models:\n/, 'valid_models:\n  - llama-of-tomorrow\n')
        .replace(/^backends:$/m, 'backends: [{ name: odd, kind: odd, url: "http://127.0.0.1:9" }]'),
    );
    gateway.kill('SIGHUP');
    await gateway.said(/known kinds are/);
    expect(await knows('llama-of-tomorrow')).toBe(false);
    expect(await knows('llama-of-today')).toBe(true);
    expect((await ask(url)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  it('takes a SIGHUP that comes while it starts when it has started', async () => {
    const gateway = start({ CITADEL_DATA_DIR: join(dataDir, 'fresh') });
    await gateway.said(/creating the embedded database/);
    gateway.kill('SIGHUP');
    await gateway.said(/routing was read anew/);
    expect((await ask(await gateway.url())).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  it('serves the same on further ports', async () => {
    const port = await freePort();
    const gateway = start({ EXTRA_PORTS: String(port) });
    await gateway.url();
    expect((await ask(`http://127.0.0.1:${port}`)).status).toBe(200);
    expect(await gateway.stop()).toBe(0);
  });

  it('says which setting is wrong and does not start', async () => {
    const gateway = start({ MODELS_ADMIT: 'some' });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toMatch(/^Citadel cannot start: .*MODELS_ADMIT/);
  });

  it('says when it cannot keep its data where it was told', async () => {
    const gateway = start({ CITADEL_DATA_DIR: '/etc/passwd' });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toBe(
      'Citadel cannot start: CITADEL_DATA_DIR: the directory /etc/passwd cannot be used (ENOTDIR)\n',
    );
  });

  it('says when its port is taken', async () => {
    const port = await freePort();
    const holder = createServer().listen(port, '127.0.0.1');
    const gateway = start({ PORT: String(port) });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toMatch(
      new RegExp(`^Citadel cannot start: PORT .* address already in use 127\\.0\\.0\\.1:${port}$`, 'm'),
    );
    holder.close();
  });

  it('says when this machine does not have its address', async () => {
    const gateway = start({ HOST: '203.0.113.7' });
    expect(await gateway.exit()).toBe(1);
    expect(gateway.output).toMatch(/^Citadel cannot start: HOST .* 203\.0\.113\.7$/m);
    expect(gateway.output).not.toMatch(/^ {4}at /m);
  });
});

describe('commands', { timeout: 120_000 }, () => {
  it('npm run check:dependencies', async () => {
    expect((await run('npm', ['run', '-s', 'check:dependencies'])).stdout).toContain('All dependencies OK');
  });

  it('creates the tables, as often as one likes', async () => {
    const env = { ...process.env, CITADEL_DATA_DIR: join(dataDir, 'tables') };
    for (let time = 0; time < 2; time++) {
      const { stdout } = await run(process.execPath, ['dist/cli/create-tables.js'], { env });
      expect(stdout).toContain('Database initialized successfully');
    }
  });

  it('puts the application together without listening', async () => {
    const { stdout } = await run(process.execPath, ['dist/cli/check-app.js']);
    expect(stdout).toContain('Gateway imported successfully');
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
