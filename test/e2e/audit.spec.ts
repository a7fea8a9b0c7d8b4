import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordOf } from '../../src/modules/audit/testing/record-of.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { codeOf, faultsOfRefusal } from '../support/openai-schemas-refusal.js';

const VERIFY = '/api/v1/audit/verify';
const CHECKPOINT = '/api/v1/audit/checkpoint';

describe('the record', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await createGateway({}, undefined, { signedIn: 'where needed' });
  });
  afterAll(() => gateway.close());

  const post = (body: unknown) =>
    fetch(gateway.url + VERIFY, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const get = (path: string) => fetch(gateway.url + path);

  it('has no checkpoint before there is anything', async () => {
    const response = await get(CHECKPOINT);
    const body = await response.text();
    expect([response.status, codeOf(body), faultsOfRefusal(CHECKPOINT, body)]).toEqual([
      404,
      'not_found',
      [],
    ]);
  });

  it('has a checkpoint that anybody can verify with the key', async () => {
    const { chain } = gateway.storage;
    for (let i = 1; i <= 5; i++) chain.generation(recordOf({ id: `gen-${i}` }));
    const response = await get(CHECKPOINT);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const [text = '', line = ''] = (await response.text()).split('\n\n');
    expect(text).toBe(`citadel-audit/default\n5\n${chain.headRow!.link.toString('base64')}`);
    const key = (await (await get(`${CHECKPOINT}/key`)).json()) as Record<string, string>;
    const blob = Buffer.from(line.split(' ')[2] ?? '', 'base64');
    const publicKey = createPublicKey(key.public_key ?? '');
    expect(verify(null, Buffer.from(`${text}\n`), publicKey, blob.subarray(4))).toBe(true);
    expect(key.origin).toBe('citadel-audit/default');
    expect(key.verifier_key).toContain(`citadel-audit/default+${blob.subarray(0, 4).toString('hex')}+`);
  });

  it('is verified, as a whole and in part', async () => {
    const link = gateway.storage.chain.headRow!.link.toString('base64');
    const whole = { ok: true, tenant: 'default', entries: 5, first: 1, last: 5, link, checkpoints: 1 };
    const response = await post({ projection: true });
    expect([response.status, await response.json()]).toEqual([200, whole]);
    for (const type of ['', 'application/json']) {
      const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
      const silent = await fetch(gateway.url + VERIFY, { method: 'POST', headers });
      expect([silent.status, await silent.json()]).toEqual([200, whole]);
    }
    expect(await (await post({ from: 2, to: 3 })).json()).toMatchObject({ entries: 2, first: 2, last: 3 });
    expect((await post({ tenant: 'default' })).status).toBe(200);
    expect((await post({ tenant: 'other' })).status).toBe(403);
  });

  it('names what was changed', async () => {
    const { chain } = gateway.storage;
    chain.messageRows[5]!.content = 'x';
    const detail = 'Conversation 3 has another message 2.';
    expect(await (await post({ projection: true })).json()).toEqual({
      ok: false,
      tenant: 'default',
      seq: 3,
      problem: 'projection_differs',
      detail,
      conversation_id: 3,
      checked: 5,
    });
    chain.entries[3]!.body[0]! ^= 1;
    expect(await (await post({})).json()).toMatchObject({
      ok: false,
      seq: 4,
      problem: 'altered',
      checked: 3,
    });
  });

  it.each([[{ from: 0 }], [{ to: 'x' }], [{ from: 3, to: 2 }], [{ tenant: '' }], [{ projection: 'yes' }]])(
    'refuses to be asked for %j',
    async (question) => {
      const response = await post(question);
      const body = await response.text();
      expect([response.status, codeOf(body), faultsOfRefusal(VERIFY, body)]).toEqual([
        400,
        'invalid_value',
        [],
      ]);
    },
  );
});
