import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { withDeadline } from './eventually.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const DEADLINE_MS = 45_000;

/**
 * Runs a script in a page of a real Chromium and resolves with what it passes to `done`. The page has Socket.IO's own
 * bundle as `io`.
 */
export async function runInBrowser<T>(script: string): Promise<T> {
  if (!existsSync(CHROMIUM))
    throw new Error(`There is no Chromium at ${CHROMIUM}; CHROMIUM_PATH may name one.`);
  let tell!: (result: T) => void;
  const told = new Promise<T>((resolve) => (tell = resolve));
  const bundle = join(
    dirname(createRequire(import.meta.url).resolve('socket.io')),
    '../client-dist/socket.io.min.js',
  );
  const server = createServer((request, response) => {
    if (request.url === '/socket.io.js') return void readFile(bundle).then((text) => response.end(text));
    if (request.url === '/result') {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.end();
        tell(JSON.parse(body) as T);
      });
      return;
    }
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(toPage(script));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const profile = await mkdtemp(join(tmpdir(), 'citadel-browser-'));
  const browser = spawn(CHROMIUM, [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    '--remote-debugging-port=0',
    `http://127.0.0.1:${port}/`,
  ]);
  const over = new Promise((resolve) => browser.once('exit', resolve));
  let complaints = '';
  browser.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  try {
    return await withDeadline(told, { deadlineMs: DEADLINE_MS, what: 'a result of the page' });
  } catch (error) {
    throw new Error(`Chromium gave no result: ${complaints.slice(-2_000)}`, { cause: error });
  } finally {
    browser.kill('SIGKILL');
    await over;
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

const toPage = (script: string): string => `<!doctype html>
<meta charset="utf-8">
<script src="/socket.io.js"></script>
<script type="module">
  const done = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  try {
    ${script}
  } catch (error) {
    await done({ error: String(error) });
  }
</script>`;
