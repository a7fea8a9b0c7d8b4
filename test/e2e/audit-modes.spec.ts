import { mkdtempSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { AlertsSource } from '../../src/modules/realtime/channels/alerts.source.js';
import { eventually } from '../support/eventually.js';
import { askChat } from '../support/gateway-calls.js';

const SMALL_SPOOL_BYTES = 20_000;

/** Where nothing listens. */
async function deadPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a gateway whose database is away', () => {
  let gateway: TestGateway;
  let directory: string;

  const start = async (env: Record<string, string> = {}) => {
    gateway = await createGateway(
      {
        DATABASE_URL: `postgres://nobody@127.0.0.1:${await deadPort()}/nothing`,
        CITADEL_DATA_DIR: directory,
        AUDIT_SPOOL_MAX_BYTES: String(SMALL_SPOOL_BYTES),
        RESPONSE_CACHE: 'off',
        ...env,
      },
      'database',
    );
  };
  const ask = (body: object = {}) => askChat(gateway, { model: 'sim/x?tokens=20', ...body });
  const metric = async (name: string) => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))?.[1]);
  };
  const ready = async () => (await fetch(`${gateway.url}/ready`)).status;
  /** Until the first answer that is none. */
  const fill = async () => {
    for (let count = 0; count < 100; count++) {
      const response = await ask();
      if (response.status !== 200) return { response, count };
      await response.text();
    }
    throw new Error('The spool never got full.');
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'citadel-audit-'));
  });
  afterEach(async () => {
    await gateway.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('answers as long as the spool takes the records, and then refuses in the form of the route', async () => {
    await start();
    expect(await metric('citadel_audit_room')).toBe(1);
    const { response, count } = await fill();
    expect(count).toBeGreaterThan(5);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringContaining('audit'),
        type: 'service_unavailable',
        param: null,
        code: 'audit_unavailable',
      },
    });
    const streamed = await ask({ stream: true });
    expect(streamed.status).toBe(503);
    expect(await metric('citadel_audit_pending')).toBe(count);
    expect(await metric('citadel_audit_lost_total')).toBe(0);
    expect(await metric('citadel_audit_spool_bytes')).toBeGreaterThan(0.8 * SMALL_SPOOL_BYTES);
    await eventually(ready, (status) => status === 503);
  });

  it('tells those who watch over it that nothing can begin', async () => {
    await start();
    await fill();
    expect(await metric('citadel_audit_room')).toBe(0);
    const alerts = gateway.app.get(AlertsSource);
    const now = Date.now();
    await eventually(
      () => metric('citadel_database_up'),
      (isUp) => isUp === 0,
    );
    await alerts.news(now);
    // The database, and the spool.
    expect(await alerts.news(now + 6_000)).toMatchObject([{ name: 'dependency_lost', value: 2 }]);
  });

  it('ends a stream honestly whose record finds no room', async () => {
    await start();
    const response = await ask({ model: 'sim/x?tokens=9000', max_tokens: 9_000, stream: true });
    expect(response.status).toBe(200);
    const text = (await response.text()).slice(-500);
    expect(text).toContain('"code":"audit_unavailable"');
    expect(text).not.toContain('[DONE]');
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it('refuses while the file system does, and is ready by itself when it does not', async () => {
    await start();
    const spool = join(directory, 'audit/spool');
    await rename(spool, `${spool}.away`);
    await mkdir(spool);
    const refused = await ask();
    expect(refused.status).toBe(503);
    await eventually(ready, (status) => status === 503);
    await rm(spool, { recursive: true });
    await rename(`${spool}.away`, spool);
    await eventually(ready, (status) => status === 200);
    expect((await ask()).status).toBe(200);
  });

  it('with best_effort goes on answering, and counts what is lost', async () => {
    await start({ AUDIT_MODE: 'best_effort' });
    for (let count = 0; count < 40; count++) expect((await ask()).status).toBe(200);
    expect(await metric('citadel_audit_lost_total')).toBeGreaterThan(5);
    expect(await metric('citadel_audit_pending')).toBeGreaterThan(5);
  });

  it('with off keeps nothing', async () => {
    await start({ AUDIT_MODE: 'off' });
    for (let count = 0; count < 40; count++) expect((await ask()).status).toBe(200);
    expect(await metric('citadel_audit_pending')).toBe(0);
    expect(await metric('citadel_audit_spool_bytes')).toBe(0);
  });
});
