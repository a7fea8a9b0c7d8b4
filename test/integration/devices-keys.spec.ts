import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { hasRedisServer } from '../../src/infrastructure/redis/testing/redis-process.js';
import { Users } from '../../src/modules/identity/users/index.js';
import { eventually } from '../support/eventually.js';
import { ask, DEVICE_GATEWAY_KINDS, type DeviceGateway, Phone, rotation } from './devices-support.js';
import { bearer, codeOf, deviceCalls, DEVICES, ROTATE } from './device-calls.js';

describe.each(DEVICE_GATEWAY_KINDS)('devices on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  const { at, somebody, devicesOf } = deviceCalls(() => gateway);

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());

  describe('that exchange their key', () => {
    it('are known by the new one, and by the old one no more', async () => {
      const phone = await Phone.register(gateway, somebody());
      const next = Signer.generate();
      const answer = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) });
      expect([answer.status, answer.body]).toEqual([
        200,
        { device_id: phone.id, public_key: next.publicKey, rotated_at: expect.any(String) },
      ]);
      expect(codeOf(await phone.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      const old = phone.signer;
      phone.signer = next.as(phone.id);
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
      const back = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, old) });
      expect([...codeOf(back)]).toEqual([400, 'invalid_value']);
      const same = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) });
      expect(codeOf(same)).toEqual([400, 'invalid_value']);
    });

    it('end what was opened by the old one, on all replicas, and nothing that the new one opens', async () => {
      const phone = await Phone.register(gateway, somebody());
      const connect = async ({ url }: { url: string }) => {
        const target = '/ws/ai/stream';
        const headers = phone.headers({ method: 'GET', authority: new URL(url).host, target });
        const socket = new WebSocket(url + target, { headers });
        await once(socket, 'open');
        return socket;
      };
      const replicas = gateway.replicas.slice(0, hasRedisServer ? undefined : 1);
      const before = await Promise.all(replicas.map(connect));
      const closed = before.map((socket) => once(socket, 'close'));
      const next = Signer.generate();
      expect((await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) })).status).toBe(200);
      phone.signer = next.as(phone.id);
      const after = await Promise.all(replicas.map(connect));
      expect((await Promise.all(closed)).map(([code]) => code as number)).toEqual(before.map(() => 4401));
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
      expect(after.map(({ readyState }) => readyState)).toEqual(after.map(() => WebSocket.OPEN));
      for (const socket of after) socket.terminate();
    });

    it('do so by signatures of both keys, and now', async () => {
      const phone = await Phone.register(gateway, somebody());
      const next = Signer.generate();
      const stranger = Signer.generate();
      const now = Math.floor(Date.now() / 1000);
      const ask = (options: Parameters<typeof rotation>[2]) =>
        phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next, options) });
      expect(codeOf(await ask({ by: stranger }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ by: next }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ proofBy: stranger }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ proofBy: phone.signer }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ timestamp: now - 65 }))).toEqual([401, 'timestamp_out_of_range']);
      const small = { ...rotation(phone, next), public_key: Buffer.alloc(32).toString('base64') };
      expect(codeOf(await phone.ask(at(ROTATE), 'POST', { body: small }))).toEqual([400, 'invalid_value']);
      expect((await ask({})).status).toBe(200);
    });

    it('do so once, when many ask at once', async () => {
      const phone = await Phone.register(gateway, somebody());
      const signers = [1, 2, 3, 4, 5].map(() => Signer.generate());
      const answers = await Promise.all(
        signers.map((next) => phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) })),
      );
      const winners = signers.filter((_, index) => answers[index]!.status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
      phone.signer = winners[0]!.as(phone.id);
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
    });

    it('are those of the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const other = await Phone.register(gateway, somebody());
      const body = { ...rotation(phone, Signer.generate()), device_id: phone.id };
      expect(codeOf(await other.ask(at(ROTATE), 'POST', { body }))).toEqual([404, 'not_found']);
    });
  });

  describe('that are revoked', () => {
    it('are dead within a second, with their tokens and API keys', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const lost = await Phone.register(gateway, email);
      const made = await lost.ask(at('/oauth/device/api-key'), 'POST', { body: { name: 'A script' } });
      const apiKey = { 'x-api-key': made.body.api_key };
      // Each of them has seen them, and may remember.
      for (const { url } of gateway.replicas) {
        expect((await ask(url + DEVICES, 'GET', { headers: apiKey })).status).toBe(200);
        expect((await ask(url + DEVICES, 'GET', { headers: bearer(lost.token) })).status).toBe(200);
      }
      expect((await phone.ask(`${at(DEVICES)}/${lost.id}`, 'DELETE')).status).toBe(204);
      expect(codeOf(await lost.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      for (const { url } of gateway.replicas.slice(0, hasRedisServer ? undefined : 1))
        for (const headers of [apiKey, bearer(lost.token)])
          await eventually(
            async () => (await ask(url + DEVICES, 'GET', { headers })).status,
            (status) => status === 401,
            { deadlineMs: 1_000 },
          );
      expect(await devicesOf(phone)).toEqual([phone.id]);
      expect(codeOf(await phone.ask(`${at(DEVICES)}/${lost.id}`, 'DELETE'))).toEqual([404, 'not_found']);
    });

    it('lose their connections within a second', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const lost = await Phone.register(gateway, email);
      const replicas = gateway.replicas.slice(0, hasRedisServer ? undefined : 1);
      const sockets = await Promise.all(
        replicas.map(async ({ url }) => {
          const socket = new WebSocket(`${url}/ws/ai/stream`, { headers: bearer(lost.token) });
          await once(socket, 'open');
          return socket;
        }),
      );
      const kept = new WebSocket(`${replicas[0]!.url}/ws/ai/stream`, { headers: bearer(phone.token) });
      await once(kept, 'open');
      expect((await phone.ask(`${replicas[0]!.url}${DEVICES}/${lost.id}`, 'DELETE')).status).toBe(204);
      for (const socket of sockets)
        await eventually(
          () => socket.readyState,
          (state) => state === WebSocket.CLOSED,
          { deadlineMs: 1_000 },
        );
      expect(kept.readyState).toBe(WebSocket.OPEN);
      kept.terminate();
    });

    it('are all those of a user who got another role, who can register new ones', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const users = gateway.app.get(Users);
      const user = await users.findByEmail('default', email);
      await users.update(user!, { role: 'premium' });
      expect(codeOf(await phone.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      // What was revoked counts for all of that second.
      const second = Math.floor(Date.now() / 1000);
      await eventually(() => Math.floor(Date.now() / 1000) > second);
      const next = await Phone.register(gateway, email);
      const list = await next.ask(at(DEVICES), 'GET');
      expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([next.id]);
    });

    it('may be the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const here = gateway.replicas[0]!.url;
      expect((await phone.ask(`${here}${DEVICES}/${phone.id}`, 'DELETE')).status).toBe(204);
      const { status } = await ask(here + DEVICES, 'GET', { headers: bearer(phone.token) });
      expect(status).toBe(401);
    });

    it('are those of the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const other = await Phone.register(gateway, somebody());
      for (const id of [phone.id, randomUUID(), 'none', '%00'])
        expect([id, ...codeOf(await other.ask(`${at(DEVICES)}/${id}`, 'DELETE'))]).toEqual([
          id,
          404,
          'not_found',
        ]);
      expect(await devicesOf(phone)).toEqual([phone.id]);
    });
  });
});
