import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { eventually, withDeadline } from './eventually.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const DEADLINE_MS = 45_000;

/** Nothing until the page is whole, and what asks for the focus has it: that may be later than the text is seen. */
const SAID = `(() => {
  const focused = document.querySelector('[autofocus]');
  const isReady = document.readyState === 'complete' && (focused === null || focused === document.activeElement);
  return isReady ? document.title + "\\n" + document.body.innerText : '';
})()`;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly params?: Record<string, unknown>;
}

/** A page of a real Chromium, moved by the keyboard, as its users move it. */
export class Chromium {
  /** What the page complained about, such as what its policy forbade. */
  readonly complaints: string[] = [];
  private readonly waiting = new Map<
    number,
    { resolve: (value: never) => void; reject: (error: Error) => void }
  >();
  private last = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.on('message', (data: Buffer) => this.hear(JSON.parse(data.toString('utf8')) as Answer));
  }

  static async start(): Promise<Chromium> {
    if (!existsSync(CHROMIUM))
      throw new Error(`There is no Chromium at ${CHROMIUM}; CHROMIUM_PATH may name one.`);
    const profile = await mkdtemp(join(tmpdir(), 'citadel-browser-'));
    const child = spawn(
      CHROMIUM,
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--window-size=900,900',
        `--user-data-dir=${profile}`,
        '--remote-debugging-port=0',
        'about:blank',
      ],
      { stdio: 'ignore' },
    );
    const portFile = await eventually(
      () => readFile(join(profile, 'DevToolsActivePort'), 'utf8'),
      (text) => text.includes('\n'),
      { deadlineMs: DEADLINE_MS, what: 'a port of Chromium' },
    );
    const [port = ''] = portFile.split('\n');
    const pages = await eventually(
      async () =>
        (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
          type: string;
          webSocketDebuggerUrl: string;
        }[],
      (found) => found.some(({ type }) => type === 'page'),
      { deadlineMs: DEADLINE_MS, what: 'a page of Chromium' },
    );
    const socket = new WebSocket(pages.find(({ type }) => type === 'page')!.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const browser = new Chromium(child, profile, socket);
    for (const domain of ['Page', 'Runtime', 'Log']) await browser.send(`${domain}.enable`);
    await browser.send('Emulation.setFocusEmulationEnabled', { enabled: true });
    return browser;
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
    await this.settled();
  }

  /** Writes into the field that has the focus. */
  async type(text: string): Promise<void> {
    await this.send('Input.insertText', { text });
  }

  async press(key: 'Tab' | 'Enter'): Promise<void> {
    const code = key === 'Tab' ? 9 : 13;
    const event = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' ? { text: '\r' } : {}) };
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
  }

  /** What the page says of itself. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.send<{ result: { value: T } }>('Runtime.evaluate', {
      expression,
      returnByValue: true,
    });
    return result.value;
  }

  /** Resolves when the page says this, and what has the focus from the beginning has it. */
  async shows(text: string | RegExp): Promise<string> {
    return eventually(
      () => this.evaluate<string>(SAID),
      (seen) => (typeof text === 'string' ? seen.includes(text) : text.test(seen)),
      { deadlineMs: DEADLINE_MS, what: `a page with ${String(text)}` },
    );
  }

  async url(): Promise<string> {
    return this.evaluate('location.href');
  }

  async emulate({ dark = false, width = 900, height = 900 } = {}): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', {
      features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
    });
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 600,
    });
  }

  async screenshot(): Promise<Buffer> {
    const { data } = await this.send<{ data: string }>('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    const over = new Promise((resolve) => this.process.once('exit', resolve));
    this.socket.terminate();
    this.process.kill('SIGKILL');
    await over;
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  private async settled(): Promise<void> {
    await eventually(
      () => this.evaluate<string>('document.readyState'),
      (state) => state === 'complete',
      {
        deadlineMs: DEADLINE_MS,
        what: 'a page that is complete',
      },
    );
  }

  private send<T = object>(method: string, params: object = {}): Promise<T> {
    const id = ++this.last;
    const answer = new Promise<T>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.send(JSON.stringify({ id, method, params }));
    return withDeadline(answer, { deadlineMs: DEADLINE_MS, what: `an answer to ${method}` });
  }

  private hear({ id, method, result, error, params }: Answer): void {
    if (method === 'Log.entryAdded') this.complaints.push((params?.entry as { text: string }).text);
    const asker = id === undefined ? undefined : this.waiting.get(id);
    if (asker === undefined) return;
    this.waiting.delete(id!);
    if (error === undefined) asker.resolve(result as never);
    else asker.reject(new Error(error.message));
  }
}
