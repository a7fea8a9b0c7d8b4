import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

let gateway: TestGateway;
let profile: string;

beforeAll(async () => {
  gateway = await createGateway();
  profile = await mkdtemp(join(tmpdir(), 'citadel-browser-'));
});
afterAll(async () => {
  await gateway.close();
  await rm(profile, { recursive: true, force: true });
});

/** What a real browser has made of a page after its scripts ran, and what it complained about. */
const open = (path: string) =>
  promisify(execFile)(
    CHROMIUM,
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--enable-logging=stderr',
      `--user-data-dir=${profile}`,
      ...(process.env.SCREENSHOTS === undefined
        ? ['--dump-dom']
        : ['--window-size=1200,900', `--screenshot=${process.env.SCREENSHOTS}/${path.slice(1)}.png`]),
      '--virtual-time-budget=15000',
      gateway.url + path,
    ],
    { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
  );

describe('the pages of the documentation', () => {
  it.each([
    ['/docs', 'opblock-summary-path'],
    ['/redoc', 'menu-content'],
  ])(
    '%s is shown under its own security policy',
    async (path, sign) => {
      const { stdout, stderr } = await open(path);
      expect(stdout).toContain(sign);
      expect(stdout).toContain('/v1/chat/completions');
      expect(stderr.split('\n').filter((line) => line.includes(':CONSOLE'))).toEqual([]);
    },
    90_000,
  );

  it.each(['/docs', '/redoc'])('%s fits a phone, and names its icon', async (path) => {
    const page = await (await fetch(gateway.url + path)).text();
    expect(page).toMatch(/<meta name=['"]viewport['"] content=['"]width=device-width, initial-scale=1['"]/);
    // A browser looks for /favicon.ico otherwise.
    expect(page).toMatch(/<link rel=['"]icon['"]/);
  });
});
