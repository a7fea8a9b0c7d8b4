import { beforeEach, describe, expect, it } from 'vitest';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { FailedAttempts } from '../gate/failed-attempts.js';
import { DeviceSignatures, type SignatureKeys } from './device-signatures.js';
import { Signer } from './testing/signer.js';

const ADA: Principal = { id: 'ada', tenant: 'default', role: 'user', scopes: ['read', 'write'], device: 'd' };
const AWAY = new GatewayError('dependency_unavailable', 'The database does not answer just now.');
const BODY = '{"a":1}';
const CONFIG = {
  identity: { audience: 'citadel-gateway', failuresPerMinute: 3 },
  http: { trustedNetworks: [] as readonly string[] },
} as AppConfig;
const OUTGOING = {
  method: 'POST',
  authority: 'gateway.example',
  target: '/x?y=1',
  contentType: 'application/json',
  body: BODY,
};

describe(DeviceSignatures.name, () => {
  const signer = Signer.generate().as('d');
  let signatures: DeviceSignatures;
  /** What the store was asked, in its order. */
  let asked: string[];

  beforeEach(() => {
    signatures = new DeviceSignatures(
      CONFIG,
      new FailedAttempts(CONFIG, { ready: false } as unknown as RedisConnection),
    );
    asked = [];
  });

  const keep = ({
    principal = () => Promise.resolve<Principal | undefined>(ADA),
    take = () => Promise.resolve(true),
  }) => {
    const keys: SignatureKeys = {
      find: (keyId) => {
        asked.push('key');
        if (keyId !== 'd') return Promise.resolve(undefined);
        return Promise.resolve({
          publicKey: signer.rawKey,
          principal: () => (asked.push('principal'), principal()),
          take: () => (asked.push('nonce'), take()),
        });
      },
    };
    signatures.useKeys(keys);
  };
  const headOf = (headers: Record<string, string>, more: Record<string, string> = {}): IncomingMessage => {
    const all = { host: 'gateway.example', 'content-type': 'application/json', ...headers, ...more };
    return {
      method: 'POST',
      url: '/x?y=1',
      socket: { remoteAddress: '203.0.113.5' },
      headers: all,
      rawHeaders: Object.entries(all).flat(),
    } as unknown as IncomingMessage;
  };
  const judge = async (by = signer, body = BODY) => {
    const request = signatures.read(headOf(by.simple(OUTGOING)));
    if (request instanceof GatewayError) throw request;
    return request.verify(Buffer.from(body));
  };

  it('asks for the key, then who it is, and for the nonce last', async () => {
    keep({});
    expect(await judge()).toEqual(ADA);
    expect(asked).toEqual(['key', 'principal', 'nonce']);
  });

  it('asks the store as often for a key that is not there as for a wrong signature', async () => {
    keep({});
    expect(await judge(signer.as('nobody'))).toMatchObject({ code: 'signature_invalid' });
    expect(asked).toEqual(['key']);
    expect(await judge(Signer.generate().as('d'))).toMatchObject({ code: 'signature_invalid' });
    expect(await judge(signer, '{"a":2}')).toMatchObject({ code: 'signature_invalid' });
    expect(asked).toEqual(['key', 'key', 'key']);
  });

  it('knows before the body whose key nobody has', async () => {
    keep({});
    const obstacleTo = (by: Signer) => {
      const request = signatures.read(headOf(by.simple(OUTGOING)));
      if (request instanceof GatewayError) throw request;
      return request.findObstacle();
    };
    expect(await obstacleTo(signer.as('nobody'))).toMatchObject({ code: 'signature_invalid' });
    expect(await obstacleTo(Signer.generate().as('d'))).toBeUndefined();
    expect(asked).toEqual(['key', 'key']);
  });

  it('does not listen to an address that was wrong too often', async () => {
    keep({});
    expect(await judge(signer.as('nobody'))).toMatchObject({ code: 'signature_invalid' });
    expect(await judge(Signer.generate().as('d'))).toMatchObject({ code: 'signature_invalid' });
    expect(await judge()).toEqual(ADA);
    expect(await judge(Signer.generate().as('d'))).toMatchObject({ code: 'signature_invalid' });
    await expect(judge()).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
  });

  it('asks nobody about what is malformed or too old', () => {
    keep({});
    const rest: Partial<Record<string, string>> = signer.simple(OUTGOING);
    delete rest['x-nonce'];
    expect(signatures.read(headOf(rest as Record<string, string>))).toMatchObject({
      code: 'invalid_request',
    });
    expect(signatures.read(headOf(signer.simple(OUTGOING, { timestamp: 1 })))).toMatchObject({
      code: 'timestamp_out_of_range',
    });
    for (const timestamp of ['', '1.5', '-1', 'now', '0x10', '1e9'])
      expect(signatures.read(headOf({ ...signer.simple(OUTGOING), 'x-timestamp': timestamp }))).toMatchObject(
        {
          code: 'timestamp_out_of_range',
        },
      );
    expect(asked).toEqual([]);
  });

  it('says that it cannot tell while the store is away, and does not let anybody in', async () => {
    signatures.useKeys({ find: () => Promise.reject(AWAY) });
    expect(await judge()).toBe(AWAY);
    keep({ principal: () => Promise.reject(AWAY) });
    expect(await judge()).toBe(AWAY);
    keep({ take: () => Promise.reject(AWAY) });
    expect(await judge()).toBe(AWAY);
  });

  it('tells a replay, and a key whose user may not sign', async () => {
    keep({ take: () => Promise.resolve(false) });
    expect(await judge()).toMatchObject({ code: 'replay' });
    keep({ principal: () => Promise.resolve(undefined) });
    expect(await judge()).toMatchObject({ code: 'signature_invalid' });
    expect(asked.at(-1)).toBe('principal');
  });

  it('believes nobody where nobody knows the keys', async () => {
    expect(await judge()).toMatchObject({ code: 'signature_invalid' });
  });
});
